"""What the check `workflows` knows of GitHub Actions."""
