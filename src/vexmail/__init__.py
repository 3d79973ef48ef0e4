"""VexMail: self-hosted web mail and mail API over any IMAP account."""
