// Signs on, asks, refreshes and logs out with npm openid-client, as the demo library (a client with a secret).
// node openid-client.mjs http://127.0.0.1:PORT DATA_FOLDER
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import * as client from 'openid-client'

const [base, data] = process.argv.slice(2)
const known = JSON.parse(readFileSync(`${data}/demo-clients.json`, 'utf8'))[0]
const accounts = readFileSync(`${data}/demo-accounts.txt`, 'utf8').split('\n')
const [name, login, , password] = accounts[1].trim().split(/\s+/)

/** A browser without script: cookies, forms with their token, no redirect followed unasked. */
class Browser {
  cookies = new Map()
  async go(url, form) {
    const cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ')
    const body = form && new URLSearchParams(form)
    const method = form ? 'POST' : 'GET'
    const answer = await fetch(new URL(url, base), { method, body, redirect: 'manual', headers: { cookie } })
    for (const line of answer.headers.getSetCookie()) {
      const [pair, ...rest] = line.split(';')
      const at = pair.indexOf('=')
      if (rest.some((part) => part.trim() === 'Max-Age=0')) this.cookies.delete(pair.slice(0, at))
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    return { status: answer.status, location: answer.headers.get('location'), text: await answer.text() }
  }
  async signIn(path) {
    const page = await this.go(path)
    const csrf = page.text.match(/name="_csrf" value="([^"]+)"/)[1]
    const next = new URL(path, base).searchParams.get('next')
    const entered = await this.go('/sign-in', { _csrf: csrf, login, password, next })
    assert.equal(entered.status, 303, 'signed in')
    return entered.location
  }
}

/** The address to which the page in between leads. */
function led(answer) {
  if (answer.location) return answer.location
  return answer.text.match(/content="0;url=([^"]+)"/)[1].replaceAll('&#38;', '&').replaceAll('&amp;', '&')
}

const config = await client.discovery(
  new URL(base), known.client_id, undefined, client.ClientSecretBasic(known.client_secret),
  { execute: [client.allowInsecureRequests] },
)
const verifier = client.randomPKCECodeVerifier()
const [state, nonce] = [client.randomState(), client.randomNonce()]
const parameters = {
  redirect_uri: known.redirect_uri, scope: 'openid profile assurance', state, nonce,
  code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
}
const browser = new Browser()
// Pushed beforehand (PAR): the browser carries a reference only.
const begin = await browser.go(await client.buildAuthorizationUrlWithPAR(config, parameters))
const back = new URL(led(await browser.go(await browser.signIn(begin.location))))
assert.ok(back.href.startsWith(known.redirect_uri))
const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }
const tokens = await client.authorizationCodeGrant(config, back, checks)
const claims = tokens.claims()
assert.equal(claims.iss, base)

const told = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
assert.equal(told.name, name)
assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, true)

await assert.rejects(client.authorizationCodeGrant(config, back, checks), { error: 'invalid_grant' }, 'a code comes once')
assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, false, 'and its tokens are dead')

// Again, quickly now: the visit goes on.
const second = client.buildAuthorizationUrl(config, { ...parameters, prompt: 'none' })
const fresh = await client.authorizationCodeGrant(config, new URL(led(await browser.go(second))), checks)
const renewed = await client.refreshTokenGrant(config, fresh.refresh_token)
assert.equal(renewed.claims().sub, claims.sub)
await client.fetchUserInfo(config, renewed.access_token, claims.sub)
await assert.rejects(client.refreshTokenGrant(config, fresh.refresh_token), { error: 'invalid_grant' }, 'replayed')
await assert.rejects(client.fetchUserInfo(config, renewed.access_token, claims.sub), undefined, 'the family is dead')

const own = await client.clientCredentialsGrant(config, { scope: 'library:read' })
await client.tokenRevocation(config, own.access_token)
assert.equal((await client.tokenIntrospection(config, own.access_token)).active, false)

const third = client.buildAuthorizationUrl(config, { ...parameters, prompt: 'none' })
const last = await client.authorizationCodeGrant(config, new URL(led(await browser.go(third))), checks)
const bye = client.buildEndSessionUrl(config, {
  id_token_hint: last.id_token, post_logout_redirect_uri: known.post_logout_redirect_uri, state: 'see-you',
})
const gone = await browser.go(bye)
assert.equal(gone.location, `${known.post_logout_redirect_uri}?state=see-you`)
const after = new URL(led(await browser.go(client.buildAuthorizationUrl(config, { ...parameters, prompt: 'none' }))))
assert.equal(after.searchParams.get('error'), 'login_required')
for (let tries = 0; ; tries += 1) {
  const { active } = await client.tokenIntrospection(config, last.access_token)
  if (!active) break
  assert.ok(tries < 50, 'signing out ends the tokens')
  await new Promise((resolve) => setTimeout(resolve, 100))
}
console.log('openid-client: signed on, asked, refreshed, revoked, logged out')
