"""Objects: where image files lie, who may read them, and the range server of the local folder."""
