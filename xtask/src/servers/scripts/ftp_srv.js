// ftp-srv as a server on its own: started by `cargo xtask interop`, one setting an argument.
'use strict'

const [packages, address, port, root, , , uid, gid, ...rest] = process.argv.slice(2)
const [user, password, first, last, idle, ...tls] = rest
const fs = require('fs')
const { FtpSrv } = require(packages + '/node_modules/ftp-srv')

const log = { child: () => log, warn: console.error, error: console.error }
for (const level of ['trace', 'debug', 'info']) log[level] = () => {}

const [oldest, newest, certificate, key, , start, clients] = tls
const secured = tls.length > 0 && {
  minVersion: oldest,
  maxVersion: newest,
  cert: fs.readFileSync(certificate),
  key: fs.readFileSync(key),
  ca: clients && fs.readFileSync(clients),
  requestCert: clients !== undefined
}
const scheme = start === 'implicit' ? 'ftps' : 'ftp'
const host = address.includes(':') ? `[${address}]` : address
const server = new FtpSrv({
  log,
  url: `${scheme}://${host}:${port}`,
  pasv_url: address,
  pasv_min: Number(first),
  pasv_max: Number(last),
  timeout: Number(idle) * 1000,
  tls: secured
})
server.on('login', (login, resolve, reject) => {
  const known = login.username === user && login.password === password
  return known ? resolve({ root }) : reject(new Error('nobody of that name'))
})
// It says 234 first and gets ready for the handshake later: what it reads in between is a command to
// it. So it reads nothing.
server.on('connect', ({ connection }) => {
  const reply = connection.reply
  connection.reply = (code, ...rest) => {
    const socket = connection.commandSocket
    if (code === 234) {
      socket.pause()
      socket._handle.readStop()
      socket._handle.reading = false
    }
    return reply.call(connection, code, ...rest)
  }
})
server.on('client-error', ({ context, error }) => console.error(context, error))
if (process.getuid() === 0) {
  process.setgroups([])
  process.setgid(Number(gid))
  process.setuid(Number(uid))
}
server.listen()
