// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors

// libp2p's yamux over plain TCP, for the interoperability tests.
//
//   node peer.mjs PORT client|server echo
//   node peer.mjs PORT client|server open STREAMS BYTES
//
// Dials 127.0.0.1:PORT, takes the yamux role, and then either echoes every stream that the other end opens until the
// connection ends, or opens streams itself and checks that what it sends comes back. Exits with 0 only when all was right.

if (!Promise.withResolvers) {
  // the library uses it, Node 20 does not have it
  Promise.withResolvers = function () {
    const deferred = {}
    deferred.promise = new Promise((resolve, reject) => Object.assign(deferred, { resolve, reject }))
    return deferred
  }
}
const { connect } = await import('node:net')
const { once } = await import('node:events')
const { yamux } = await import('@chainsafe/libp2p-yamux')
const { defaultLogger } = await import('@libp2p/logger')
const { multiaddr } = await import('@multiformats/multiaddr')
// not exported by its package, and the only way to give the library a socket
const { toMultiaddrConnection } = await import(
  new URL('./node_modules/@libp2p/tcp/dist/src/socket-to-conn.js', import.meta.url))

const BLOCK = 16_384
const [port, role, task, streams, bytes] = process.argv.slice(2)

const socket = connect(Number(port), '127.0.0.1')
await once(socket, 'connect')
const muxer = yamux({ enableKeepAlive: false })().createStreamMuxer(toMultiaddrConnection({
  socket,
  remoteAddr: multiaddr(`/ip4/127.0.0.1/tcp/${port}`),
  direction: role === 'client' ? 'outbound' : 'inbound',
  log: defaultLogger().forComponent('peer')
}))

if (task === 'echo') {
  muxer.addEventListener('stream', ({ detail: stream }) => echo(stream))
  await once(socket, 'close')
} else {
  await muxer.ping()
  const all = Array.from({ length: Number(streams) }, (_, seed) => check(seed, Number(bytes)))
  await Promise.all(all)
  await muxer.close()
}
console.log('ok')
process.exit(0)

function echo (stream) {
  const waiting = []
  let ended = false
  let sending = false
  const send = async () => {
    if (sending) return
    sending = true
    while (waiting.length > 0) {
      if (!stream.send(waiting.shift())) await event(stream, 'drain')
    }
    sending = false
    if (ended) await stream.close()
  }
  stream.addEventListener('message', ({ data }) => { waiting.push(data); send() })
  stream.addEventListener('remoteCloseWrite', () => { ended = true; send() })
}

async function check (seed, size) {
  const stream = await muxer.createStream()
  const all = Promise.withResolvers()
  let received = 0
  stream.addEventListener('message', ({ data }) => {
    for (const byte of data.subarray()) {
      if (byte !== pattern(seed, received)) all.reject(new Error(`stream ${seed}: byte ${received} differs`))
      received++
    }
    if (received === size) all.resolve()
  })
  stream.addEventListener('close', ({ error }) => all.reject(error ?? new Error(`stream ${seed}: ended at ${received}`)))
  for (let sent = 0; sent < size;) {
    const block = Uint8Array.from({ length: Math.min(BLOCK, size - sent) }, (_, i) => pattern(seed, sent + i))
    if (!stream.send(block)) await event(stream, 'drain')
    sent += block.length
  }
  await all.promise
  await stream.close()
}

function pattern (seed, at) {
  return (at * 31 + (at >> 8) * 7 + seed) & 0xff
}

function event (target, name) {
  return new Promise(resolve => target.addEventListener(name, resolve, { once: true }))
}
