const TIMEOUT = 10000;
const LONGEST_WAIT = 300000;

/** A page that goes away can still send with this; where it is missing, sendBeacon does, without an answer. */
const outlivesPage = () => typeof Request === 'function' && 'keepalive' in Request.prototype;

const read = async (response) => {
  const text = await response.text();
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    // what is not JSON is not ours
  }
  return {
    status: response.status,
    etag: response.headers.get('ETag'),
    wait: Math.min(response.headers.get('Retry-After') * 1000 || 0, LONGEST_WAIT),
    json,
  };
};

/**
 * One call to the server: rejects if there is no answer in time. In a browser the key stands in the query and a body is
 * text/plain, so that no preflight is needed and a page that is closed can still send.
 */
export function createHttp({ url, key, fetch, inPage }) {
  const base = String(url).replace(/\/+$/, '');
  return (path, { etag, body, leaving } = {}) => {
    const target = base + path + (inPage ? '?key=' + encodeURIComponent(key) : '');
    if (leaving && !outlivesPage() && navigator.sendBeacon) {
      navigator.sendBeacon(target, body);
      return Promise.reject(new Error('sent without an answer'));
    }
    const headers = {};
    if (!inPage) headers.Authorization = 'Bearer ' + key;
    if (etag) headers['If-None-Match'] = etag;
    if (body) headers['Content-Type'] = inPage ? 'text/plain' : 'application/json';
    return withinTime((signal) =>
      (fetch || globalThis.fetch)(target, {
        method: body ? 'POST' : 'GET',
        headers,
        body,
        signal,
        keepalive: !!body && inPage,
        credentials: 'omit',
      }).then(read),
    );
  };
}

const withinTime = (call) => {
  const abort = new AbortController();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('no answer in time'));
      abort.abort();
    }, TIMEOUT);
  });
  return Promise.race([call(abort.signal), late]).finally(() => clearTimeout(timer));
};
