/* Keeps the playground on this device, so that it opens without a network: what is kept is given first. */

const KEPT = "tinygrad-playground-VERSION";
const FILES = ["FILES"];

self.addEventListener("install", event => event.waitUntil(
  caches.open(KEPT).then(kept => kept.addAll(FILES)).then(() => self.skipWaiting()),
));

self.addEventListener("activate", event => event.waitUntil(
  caches.keys()
    .then(names => Promise.all(names.filter(name => name.startsWith("tinygrad-playground-") && name !== KEPT).map(name => caches.delete(name))))
    .then(() => self.clients.claim()),
));

self.addEventListener("fetch", event => event.respondWith(
  caches.match(event.request, {ignoreSearch: true}).then(found => found ?? fetch(event.request)),
));
