"""What a person may set for a kitchen, and the settings that its simulation uses."""
