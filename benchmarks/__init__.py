"""What Parc promises to do fast, measured beside its peers."""
