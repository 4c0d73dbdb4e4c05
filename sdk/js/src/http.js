const TIMEOUT = 10000;
const LONGEST_WAIT = 300000;

/**
 * One call to the server; what is not JSON is none of its answers. In a browser the key stands in the query and a body is
 * text/plain: events need no preflight (a snapshot asked for with If-None-Match does), and with keepalive their request outlives
 * a page that is closed, like sendBeacon's, but tells a page that lives on what became of it.
 */
export const createHttp = ({ url, key, fetch: own }, inPage) => async (path, { etag, body }) => {
  const target = url.replace(/\/+$/, '') + path + (inPage ? '?key=' + encodeURIComponent(key) : '');
  const headers = inPage ? {} : { Authorization: 'Bearer ' + key };
  if (etag) headers['If-None-Match'] = etag;
  if (body) headers['Content-Type'] = inPage ? 'text/plain' : 'application/json';
  const response = await (own || fetch)(target, {
    method: body ? 'POST' : 'GET',
    headers,
    body,
    keepalive: !!body,
    signal: AbortSignal.timeout?.(TIMEOUT),
  });
  const header = (name) => response.headers.get(name);
  return {
    status: response.status,
    etag: header('ETag'),
    wait: Math.min(header('Retry-After') * 1000 || 0, LONGEST_WAIT),
    json: await response.json().catch(() => undefined),
  };
};
