"""What a browser may send about rewards."""
