// simple-ftpd as a server on its own: started by `cargo xtask interop`, one setting an argument.
'use strict'

const [packages, host, port, root, , , uid, gid, user, password] = process.argv.slice(2)
const fs = require('fs')
const ftpd = require(packages + '/node_modules/simple-ftpd')

if (process.getuid() === 0) {
  process.setgroups([])
  process.setgid(Number(gid))
  process.setuid(Number(uid))
}
// What its own command line does with the disk.
ftpd({ host, port: Number(port), root, readOnly: false, maxConnections: 100 }, (session) => {
  session.on('pass', (name, word, done) => {
    done(name === user && word === password ? null : new Error('nobody of that name'))
  })
  session.on('read', (path, start, done) => done(null, fs.createReadStream(path, { start })))
  session.on('write', (path, start, done) => done(null, fs.createWriteStream(path, { start })))
  session.on('stat', fs.stat)
  session.on('readdir', fs.readdir)
  session.on('mkdir', fs.mkdir)
  session.on('unlink', fs.unlink)
  session.on('remove', fs.rmdir)
  session.on('rename', fs.rename)
})
