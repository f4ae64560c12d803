import { errnoOf } from '../../host/errno.js';

/** An address as it may be shown: without user, password, query and fragment. */
export function shownUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed ? `${parsed.origin}${parsed.pathname}${parsed.search ? '?…' : ''}` : 'the address';
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  EPIPE: 'the connection was closed while sending',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  UND_ERR_SOCKET: 'the connection was closed before the answer was whole',
  UND_ERR_INVALID_ARG: 'the request cannot be sent as it is',
  HTTPParserError: 'the answer is cut off, or is not HTTP',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer is not as long as it says',
  HPE_INVALID_CHUNK_SIZE: 'the answer is broken',
  HPE_INVALID_CONSTANT: 'the answer is not HTTP',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of an authority that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is of an authority that is not trusted here',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it wants a client certificate',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'the handshake of TLS failed: it may want a client certificate',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'it does not know the authority of the client certificate',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  EPROTO: 'the handshake of TLS failed',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
};

/** Why a connection failed, in words; never the error's own message, which may hold the address. */
export function reasonOf(error: unknown): string {
  const codes: string[] = [];
  // By form, not by class: an error of another realm (a test runner's) has another class.
  for (let at: unknown = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; depth += 1) {
    const code = errnoOf(at) ?? (at instanceof Error && REASONS[at.name] ? at.name : undefined);
    if (code) codes.push(code);
    const inner: unknown = 'errors' in at && Array.isArray(at.errors) ? at.errors[0] : undefined;
    at = inner ?? ('cause' in at ? at.cause : undefined);
  }
  const known = codes.find((code) => REASONS[code] !== undefined);
  return (known && REASONS[known]) ?? codes[0] ?? 'no answer';
}
