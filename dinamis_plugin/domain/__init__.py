"""Values and rules of the plugin: standard library and shapely only, no Qt, no network, no clock."""
