"""What people work with: each application in a folder of its own."""
