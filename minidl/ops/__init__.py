"""The operations: one rule each, shelved as a textbook would."""
