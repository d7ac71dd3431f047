"""CEL expressions and the texts that hold them."""
