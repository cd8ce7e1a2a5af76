"""Notifications: in the application, and by e-mail to those who want them."""
