"""Pure judgement of the face: audiences, fields, edits of a document, colours, rich text."""
