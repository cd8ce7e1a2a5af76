"""What the plugin does, without widgets: QObjects whose signals carry domain values."""
