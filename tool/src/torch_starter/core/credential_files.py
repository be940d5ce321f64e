"""Files that hold credentials, by their names."""

from __future__ import annotations

import posixpath
import re

VARIABLES = re.compile(r"\.env(\.(?!example|sample|template|dist|defaults?|tmpl)[\w-]+)?\*?")
FILES = re.compile(
    r"id_(rsa|dsa|ecdsa|ed25519)(_sk)?\*?|kaggle\.json|[._]netrc|\.pypirc|\.git-credentials|\.pgpass|\.s3cfg|\.boto"
    r"|application_default_credentials\.json|service[-_]?account[\w-]*\.json|client_secret[\w-]*\.json|credentials\.json"
    r"|secrets\.(toml|ya?ml|json)|.*\.(p12|pfx|ppk)"
)
FOLDERS = re.compile(r"(^|/)(\.(ssh|aws|azure|gnupg|kube|kaggle|config/gcloud)(/|$)|\.docker/config\.json$)")
OPEN = re.compile(r"(^|/)\.(ssh|aws)/(config|known_hosts|authorized_keys|.*\.pub)$")  # what lies beside keys, and is none


def is_credential_file(path: str) -> bool:
    """Whether a file or a folder is one of credentials by its name."""
    name = posixpath.basename(path.rstrip("/"))
    if FILES.fullmatch(name) or VARIABLES.fullmatch(name):
        return True
    return FOLDERS.search(path) is not None and not OPEN.search(path)
