"""Signs on, asks, refreshes and logs out with Authlib, as the demo reader (a public client with PKCE alone).

python authlib_client.py http://127.0.0.1:PORT DATA_FOLDER
"""

import html
import json
import re
import secrets
import sys
import time
from urllib.parse import parse_qs, urlparse

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, jwt
from authlib.oidc.core import CodeIDToken

BASE, DATA = sys.argv[1:3]
with open(f"{DATA}/demo-clients.json", encoding="utf-8") as file:
    KNOWN = json.load(file)[1]
with open(f"{DATA}/demo-accounts.txt", encoding="utf-8") as file:
    _, LOGIN, _, PASSWORD = file.readlines()[1].split()

metadata = requests.get(f"{BASE}/.well-known/openid-configuration", timeout=30).json()
assert metadata["issuer"] == BASE
browser = requests.Session()


def led(answer):
    """The address to which a redirect or the page in between leads."""
    if answer.is_redirect:
        return answer.headers["location"]
    return html.unescape(re.search(r'content="0;url=([^"]+)"', answer.text).group(1))


def go(url, **form):
    url = BASE + url if url.startswith("/") else url
    if form:
        return browser.post(url, data=form, allow_redirects=False, timeout=30)
    return browser.get(url, allow_redirects=False, timeout=30)


def sign_in(path):
    page = go(path)
    csrf = re.search(r'name="_csrf" value="([^"]+)"', page.text).group(1)
    target = parse_qs(urlparse(path).query)["next"][0]
    entered = go("/sign-in", _csrf=csrf, login=LOGIN, password=PASSWORD, next=target)
    assert entered.status_code == 303, entered.status_code
    return entered.headers["location"]


session = OAuth2Session(
    KNOWN["client_id"],
    redirect_uri=KNOWN["redirect_uri"],
    scope="openid assurance",
    code_challenge_method="S256",
    token_endpoint_auth_method="none",
)
verifier = secrets.token_urlsafe(48)
nonce = secrets.token_urlsafe(16)


def ask(**more):
    url, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce, **more
    )
    return go(url), state


def fetch(back, state):
    query = parse_qs(urlparse(back).query)
    assert query["iss"] == [BASE] and query["state"] == [state], query
    return session.fetch_token(
        metadata["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
    )


def checked(token):
    keys = JsonWebKey.import_key_set(requests.get(metadata["jwks_uri"], timeout=30).json())
    options = {"iss": {"value": BASE}, "aud": {"value": KNOWN["client_id"]}}
    claims = jwt.decode(token["id_token"], keys, CodeIDToken, options, {"nonce": nonce})
    claims.validate()
    return claims


def refused(work):
    try:
        work()
    except OAuthError as error:
        assert error.error == "invalid_grant", error
        return
    raise AssertionError("was not refused")


begin, state = ask(login_hint=LOGIN, ui_locales="en")
back = led(go(sign_in(begin.headers["location"])))
assert back.startswith(KNOWN["redirect_uri"])
token = fetch(back, state)
claims = checked(token)
told = session.get(metadata["userinfo_endpoint"]).json()
assert told["sub"] == claims["sub"] and "name" not in told, told

old = token["refresh_token"]
renewed = session.refresh_token(metadata["token_endpoint"], refresh_token=old)
assert renewed["refresh_token"] != old
refused(lambda: session.refresh_token(metadata["token_endpoint"], refresh_token=old))
dead = requests.get(
    metadata["userinfo_endpoint"], headers={"authorization": f"Bearer {renewed['access_token']}"}, timeout=30
)
assert dead.status_code == 401, "the whole family"

again, state = ask(prompt="none")
token = fetch(led(again), state)
hint = token["id_token"]
bye = requests.Request(
    "GET",
    metadata["end_session_endpoint"],
    params={"id_token_hint": hint, "post_logout_redirect_uri": KNOWN["post_logout_redirect_uri"]},
).prepare()
assert led(go(bye.url)) == KNOWN["post_logout_redirect_uri"]
after, _ = ask(prompt="none")
assert parse_qs(urlparse(led(after)).query)["error"] == ["login_required"]
for _ in range(50):
    seen = requests.get(
        metadata["userinfo_endpoint"], headers={"authorization": f"Bearer {token['access_token']}"}, timeout=30
    )
    if seen.status_code == 401:
        break
    time.sleep(0.1)
assert seen.status_code == 401, "signing out ends the tokens"
print("Authlib: signed on, asked, refreshed, logged out")
