"""Files under their SHA-256, in a local folder or in a bucket: one implementation for every service that keeps some."""
