"""How secrets are looked for: in the files of a tree and in the history of a repository."""
