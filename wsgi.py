"""The WSGI entry for servers such as gunicorn: `gunicorn wsgi:app`."""

from inventory import create_app

app = create_app()
