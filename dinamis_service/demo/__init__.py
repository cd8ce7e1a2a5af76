"""The demonstration: a catalogue, images and accounts made by the project from a seed."""
