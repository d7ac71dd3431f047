"""What the check `docs` knows of documents: their blocks, links, headings, shell blocks and changelogs."""
