"""Images as their suppliers deliver them: archives and folders of DIMAP products, and their sensor models."""
