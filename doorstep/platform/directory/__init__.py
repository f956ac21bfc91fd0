"""The statements of `auth.py`: tenants, logins, sessions and keys, the few things that are not any tenant's."""
