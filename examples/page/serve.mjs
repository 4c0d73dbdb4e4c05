// A web server for the example page and the SDK that it loads. Nothing to install: node examples/page/serve.mjs
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

const url = process.env.ASSAY_URL ?? 'http://127.0.0.1:8080'
const key = readFileSync((process.env.ASSAY_KEYS ?? '.assay/keys') + '/client', 'utf8').trim()
const timeout = Number(process.env.ASSAY_TIMEOUT) || undefined
const home = fileURLToPath(new URL('.', import.meta.url))
const sdk = fileURLToPath(new URL('../../sdk/js/', import.meta.url))

const read = path => {
  if (path === '/') return [readFileSync(home + 'index.html'), 'text/html; charset=utf-8']
  // a client key is public: it can only ask for the configuration and send events
  if (path === '/settings.js') return [`export default ${JSON.stringify({ url, key, timeout })}`, 'text/javascript']
  const file = /^\/sdk\/((?:src\/)?[a-z]+\.js)$/.exec(path)
  return file && [readFileSync(sdk + file[1]), 'text/javascript']
}

const server = createServer((request, response) => {
  try {
    const [body, type] = read(new URL(request.url, 'http://localhost').pathname)
    response.writeHead(200, { 'Content-Type': type }).end(body)
  } catch {
    response.writeHead(404).end()
  }
})
server.listen(Number(process.env.PORT ?? 8090), '127.0.0.1', () => {
  console.log(`The page is at http://127.0.0.1:${server.address().port}/ (?user=NAME for another user)`)
})
