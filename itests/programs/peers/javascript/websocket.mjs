// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
//
// A WebSocket server and a client of the library ws, without anything else.
//   node websocket.mjs listen PORT          echoes messages; ends a connection as it is told to
//   node websocket.mjs talk URL [CA]        talks to it and says "ok"; exit code 1 and why, if not
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import WebSocket, { WebSocketServer } from 'ws'

const MEGABYTE = 1 << 20
const options = { perMessageDeflate: true, maxPayload: 16 * MEGABYTE }

function listen(port) {
  const server = new WebSocketServer({ host: '127.0.0.1', port, ...options, handleProtocols: (offered) => [...offered][0] })
  server.on('connection', (socket, request) => {
    socket.on('message', (data, binary) => {
      if (!binary && data.toString() === 'close') {
        socket.close(4001, 'as told')
      } else if (!binary && data.toString() === 'head') {
        socket.send(`${request.headers.host} ${request.headers['x-forwarded-for']}`)
      } else {
        socket.send(data, { binary })
      }
    })
  })
}

async function next(socket) {
  const [data, binary] = await once(socket, 'message')
  return { data, binary }
}

async function talk(url, ca) {
  const socket = new WebSocket(url, ['first', 'second'], { ...options, ca: ca && readFileSync(ca) })
  await once(socket, 'open')
  assert.equal(socket.protocol, 'first')

  socket.send('head')
  console.log((await next(socket)).data.toString())

  socket.send('grüße')
  assert.deepEqual({ text: (await next(socket)).data.toString() }, { text: 'grüße' })

  const large = randomBytes(8 * MEGABYTE)
  for (let at = 0; at < large.length; at += MEGABYTE) {
    socket.send(large.subarray(at, at + MEGABYTE), { binary: true, fin: at + MEGABYTE === large.length })
  }
  const { data, binary } = await next(socket)
  assert.equal(binary, true)
  assert.equal(digest(data), digest(large))

  socket.ping('still there')
  const [pong] = await once(socket, 'pong')
  assert.equal(pong.toString(), 'still there')

  const echoed = []
  socket.on('message', (each) => echoed.push(each.toString()))
  for (let i = 0; i < 1000; i++) socket.send(String(i))
  socket.send('close')
  const [code, reason] = await once(socket, 'close')
  assert.deepEqual([code, reason.toString()], [4001, 'as told'])
  assert.deepEqual(echoed, Array.from({ length: 1000 }, (_, i) => String(i)))
  console.log('ok')
}

function digest(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}

const [role, ...words] = process.argv.slice(2)
if (role === 'listen') {
  listen(Number(words[0]))
} else {
  await talk(...words)
}
