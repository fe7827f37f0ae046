// Gives each browser context an address of its own, as visitors have: limits by source then count each test alone.

import { connect, createServer } from 'node:net';

let last = 1;

/**
 * A proxy that does nothing but tunnel (RFC 9110, 9.3.6) to this machine, from a loopback address that no other has.
 * @returns {Promise<{url: string, close: () => void}>}
 */
export async function ownSource() {
  last += 1;
  // Files run as processes of their own, one after another: the process id keeps them apart.
  const localAddress = `127.${1 + (process.pid % 250)}.${(process.pid >> 8) % 256}.${last % 256}`;
  const open = new Set();
  const server = createServer((browser) => {
    keep(open, browser);
    browser.once('data', (head) => {
      const port = /^CONNECT (?:localhost|127\.0\.0\.1):(\d+) /.exec(head.toString('latin1'))?.[1];
      if (port === undefined) return browser.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
      const aloe = keep(open, connect({ host: '127.0.0.1', port: Number(port), localAddress }));
      aloe.once('connect', () => {
        browser.write('HTTP/1.1 200 Connected\r\n\r\n');
        browser.pipe(aloe).pipe(browser);
      });
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

function keep(open, socket) {
  open.add(socket);
  socket.once('close', () => open.delete(socket));
  // Either end going away ends the other; that is no failure of a test.
  socket.on('error', () => socket.destroy());
  return socket;
}
