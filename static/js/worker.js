// The service worker: it shows what is pushed, opens what was touched, and says it where the site
// cannot be reached, by the page that the server put above this line. It keeps nothing.
self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => {
  const { title, body, tag, path, stop, stopWords } = event.data.json();
  const actions = stop ? [{ action: "stop", title: stopWords }] : [];
  event.waitUntil(
    self.registration.showNotification(title, { body, tag, actions, data: { path, stop } }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { path, stop } = event.notification.data;
  // Where it is stopped a button asks once more: opening it changes nothing.
  const address = new URL(event.action === "stop" ? stop : path, self.location.origin);
  if (address.origin === self.location.origin) event.waitUntil(self.clients.openWindow(address));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode !== "navigate" || request.method !== "GET") return;
  const offline = () => new Response(OFFLINE.page, { status: 503, headers: OFFLINE.headers });
  event.respondWith(fetch(request).catch(offline));
});
