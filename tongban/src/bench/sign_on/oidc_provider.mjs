// An OpenID Connect provider for node beside the program: npm oidc-provider with its adapter in memory. Whoever comes to
// the interaction is signed in at once: no page, no password. What stands beside `tongban bench sign-on`.
//
//     node oidc_provider.mjs PORT REDIRECT_URI SECRET       in a folder where oidc-provider is installed
import { generateKeyPairSync } from 'node:crypto'
import Provider, { interactionPolicy } from 'oidc-provider'

const [port, redirectUri, secret] = process.argv.slice(2)
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const policy = interactionPolicy.base()
policy.remove('consent')
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'bench',
    client_secret: secret,
    token_endpoint_auth_method: 'client_secret_basic',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    id_token_signed_response_alg: 'ES256',
  }],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'bench', use: 'sig', alg: 'ES256' }] },
  cookies: { keys: ['measuring is done here'] },
  enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
  features: { devInteractions: { enabled: false } },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  interactions: { policy, url: (_context, interaction) => `/interaction/${interaction.uid}` },
  issueRefreshToken: () => true,
  async loadExistingGrant(context) {
    const { client, session } = context.oidc
    const known = session.grantIdFor(client.clientId)
    if (known) return provider.Grant.find(known)
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
    grant.addOIDCScope('openid')
    await grant.save()
    return grant
  },
  pkce: { required: () => true },
})
const answer = provider.callback()
const { createServer } = await import('node:http')
createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response)
  const login = { accountId: new URL(request.url, 'http://localhost').searchParams.get('login') ?? 'somebody' }
  provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false }).catch((error) => {
    response.statusCode = 500
    response.end(String(error))
  })
}).listen(Number(port), '127.0.0.1', () => console.log('ready'))
