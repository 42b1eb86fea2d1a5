"""Login by OpenID Connect: Flask-AppBuilder's configuration, read by Airflow's api-server (`[fab] config_file`).

It reads from the environment:

- OIDC_ISSUER: the provider's address, exactly as its discovery document names it;
- OIDC_CLIENT_ID and OIDC_CLIENT_SECRET: of the client that was registered there for Airflow;
- OIDC_NAME_CLAIM: the claim with the user name, `preferred_username` by default;
- OIDC_GROUPS_CLAIM: the claim with the groups or roles of a person, `groups` by default.

`ROLES` says which role each group gives. Change it to the groups of your organisation.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from airflow.providers.fab.auth_manager.security_manager.override import FabAirflowSecurityManagerOverride
from flask_appbuilder.const import AUTH_OAUTH

ROLES = {
    "smena-auditors": ["Smena auditor"],
    "smena-accountants": ["Smena accountant"],
    "smena-engineers": ["Smena engineer"],
    "smena-admins": ["Admin"],
}

ISSUER, CLIENT_ID = os.environ["OIDC_ISSUER"], os.environ["OIDC_CLIENT_ID"]
NAME_CLAIM = os.environ.get("OIDC_NAME_CLAIM") or "preferred_username"
GROUPS_CLAIM = os.environ.get("OIDC_GROUPS_CLAIM") or "groups"

log = logging.getLogger(__name__)


class SingleSignOn(FabAirflowSecurityManagerOverride):
    """Takes a person's name and groups from the ID token and from the userinfo endpoint."""

    def get_oauth_user_info(self, provider: str, resp: dict[str, Any]) -> dict[str, Any]:
        """The person who logs in. Raises ValueError where the provider's answer is incomplete: the login is refused.

        `resp["userinfo"]` holds the claims of the ID token. Its signature, age and nonce were checked by Authlib, which
        leaves the key out where there was no ID token, and takes a token of another audience where `azp` is right.
        """
        reported = resp.get("userinfo")
        if not reported:
            raise ValueError("the provider sent no ID token")
        if reported["iss"] != ISSUER:
            raise ValueError(f"the ID token is of the issuer {reported['iss']}, not of OIDC_ISSUER")
        if CLIENT_ID not in _texts(reported["aud"]):
            raise ValueError(f"the ID token is for {reported['aud']}, not for OIDC_CLIENT_ID")
        remote = self.oauth_remotes[provider]
        more = dict(remote.userinfo(token=resp)) if remote.server_metadata.get("userinfo_endpoint") else {}
        if more and more.get("sub") != reported["sub"]:
            raise ValueError("the userinfo endpoint answered about another person than the ID token")
        claims = more | dict(reported)
        if not isinstance(claims.get(NAME_CLAIM), str) or not claims[NAME_CLAIM]:
            raise ValueError(f"there is no name in the claim {NAME_CLAIM}")
        # Keycloak can send the path of a group, as `/smena-auditors`.
        groups = [group.removeprefix("/") for group in _texts(claims.get(GROUPS_CLAIM))]
        if not ROLES.keys() & set(groups):
            log.warning("%s has no role: the claim %s holds %s", claims[NAME_CLAIM], GROUPS_CLAIM, groups)
        return {
            "username": claims[NAME_CLAIM],
            "first_name": claims.get("given_name", ""),
            "last_name": claims.get("family_name", ""),
            "email": claims.get("email", ""),
            "role_keys": groups,
        }


def _texts(claim: Any) -> list[str]:
    """The texts of a claim that is a list or, as some providers send a single one, a text."""
    found = [claim] if isinstance(claim, str) else claim if isinstance(claim, list) else []
    return [text for text in found if isinstance(text, str)]


SECURITY_MANAGER_CLASS = SingleSignOn
AUTH_TYPE = AUTH_OAUTH
# A person is made in Airflow at the first login, and the roles are those of the groups at each login. `Public`, which
# everybody gets besides, has no rights: who is in none of the groups can open nothing.
AUTH_USER_REGISTRATION = True
AUTH_USER_REGISTRATION_ROLE = "Public"
AUTH_ROLES_SYNC_AT_LOGIN = True
AUTH_ROLES_MAPPING = ROLES
OAUTH_PROVIDERS = [
    {
        "name": "oidc",
        "icon": "fa-key",
        "token_key": "access_token",
        "remote_app": {
            "client_id": CLIENT_ID,
            "client_secret": os.environ["OIDC_CLIENT_SECRET"],
            "server_metadata_url": f"{ISSUER.rstrip('/')}/.well-known/openid-configuration",
            "client_kwargs": {"scope": "openid profile email", "code_challenge_method": "S256"},
        },
    }
]
