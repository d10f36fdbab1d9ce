// Turning push on: the browser is asked for a subscription when the form is sent, and it goes along.
const form = document.querySelector("[data-push]");
const key = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

if (form && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  form.hidden = false;
  document.getElementById("no-push").hidden = true;
  const answer = form.querySelector("[name=subscription]");
  answer.value = ""; // one that was refused
  form.addEventListener("submit", async (event) => {
    if (answer.value) return;
    event.preventDefault();
    const problem = form.querySelector("[role=alert]");
    problem.hidden = true;
    try {
      if ((await Notification.requestPermission()) !== "granted") throw new Error("not granted");
      await navigator.serviceWorker.register(form.dataset.worker);
      const { pushManager } = await navigator.serviceWorker.ready;
      const subscription = await pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: key(form.dataset.push),
      });
      answer.value = JSON.stringify(subscription);
      form.requestSubmit();
    } catch {
      answer.value = "";
      problem.hidden = false;
    }
  });
}
