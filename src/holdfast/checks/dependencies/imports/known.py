"""Names that differ: modules whose distribution is called otherwise, and where a group is a plugin's."""

from __future__ import annotations

DISTRIBUTIONS = {
    "attr": ("attrs",),
    "bs4": ("beautifulsoup4",),
    "cv2": ("opencv-python", "opencv-python-headless", "opencv-contrib-python"),
    "Crypto": ("pycryptodome",),
    "dateutil": ("python-dateutil",),
    "discord": ("discord.py",),
    "docx": ("python-docx",),
    "dotenv": ("python-dotenv",),
    "fitz": ("PyMuPDF",),
    "git": ("GitPython",),
    "github": ("PyGithub",),
    "gi": ("PyGObject",),
    "grpc": ("grpcio",),
    "jose": ("python-jose",),
    "jwt": ("PyJWT",),
    "ldap": ("python-ldap",),
    "magic": ("python-magic",),
    "markdown_it": ("markdown-it-py",),
    "MySQLdb": ("mysqlclient",),
    "OpenSSL": ("pyOpenSSL",),
    "PIL": ("pillow",),
    "pkg_resources": ("setuptools",),
    "pptx": ("python-pptx",),
    "psycopg2": ("psycopg2", "psycopg2-binary"),
    "pythoncom": ("pywin32",),
    "rest_framework": ("djangorestframework",),
    "sklearn": ("scikit-learn",),
    "skimage": ("scikit-image",),
    "serial": ("pyserial",),
    "slugify": ("python-slugify",),
    "socks": ("PySocks",),
    "usb": ("pyusb",),
    "websocket": ("websocket-client",),
    "win32api": ("pywin32",),
    "win32con": ("pywin32",),
    "win32gui": ("pywin32",),
    "yaml": ("PyYAML",),
    "zmq": ("pyzmq",),
}
"""Top-level modules that well-known distributions bring under another name; the first is the usual choice."""

REMOVED_IN = {
    "binhex": 11,
    **dict.fromkeys(("asynchat", "asyncore", "distutils", "imp", "smtpd"), 12),
    **dict.fromkeys(("aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3", "mailcap"), 13),
    **dict.fromkeys(("msilib", "nis", "nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau"), 13),
    **dict.fromkeys(("telnetlib", "uu", "xdrlib"), 13),
}
"""Modules that left the standard library, and the minor version of Python 3 that has them no more (PEP 594, 632)."""

ADDED_IN = {"tomllib": 11, "annotationlib": 14, "compression": 14, "zoneinfo": 9, "graphlib": 9}
"""Modules that came into the standard library, and the minor version of Python 3 that has them first."""

HOSTS = {"pytest11": "pytest", "apache_airflow_provider": "apache-airflow", "opentelemetry_propagator": "opentelemetry"}
"""What loads the plugins of an entry point group whose name does not begin with that."""

FOR_DEVELOPMENT = frozenset(
    ("coverage", "flake8", "hypothesis", "mkdocs", "mypy", "nox", "pre-commit", "pylint", "pytest", "sphinx", "tox")
)
"""Hosts whose plugins do nothing where a package is only installed."""

INSTALLERS = frozenset({"distutils", "egg-info", "setuptools", "bdist-wheel"})
"""Hosts that are in many environments by chance: an entry point for them is no use by the project."""

SCHEMES = {
    "postgresql": ("psycopg2", "psycopg2-binary", "psycopg"),
    "postgres": ("psycopg2", "psycopg2-binary", "psycopg", "asyncpg"),
    "mysql": ("mysqlclient", "pymysql"),
    "oracle": ("cx-oracle", "oracledb"),
    "mssql": ("pyodbc", "pymssql"),
    "redis": ("redis",),
    "rediss": ("redis",),
    "amqp": ("amqp", "kombu"),
    "mongodb": ("pymongo",),
    "mongodb+srv": ("pymongo", "dnspython"),
}
"""The drivers that a URL without a `+driver` asks for."""

BACKENDS = {
    "django.db.backends.postgresql": ("psycopg2", "psycopg2-binary", "psycopg"),
    "django.db.backends.mysql": ("mysqlclient", "pymysql"),
    "django.db.backends.oracle": ("oracledb", "cx-oracle"),
}
"""The drivers behind Django's database backends (docs.djangoproject.com, Databases)."""
