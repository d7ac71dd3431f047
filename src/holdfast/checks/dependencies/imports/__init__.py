"""What the check `imports` is made of: deptry's verdicts, and what is known beside them."""
