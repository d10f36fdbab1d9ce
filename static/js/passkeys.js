// A form with a passkey: the browser asks for it when the form is sent, and its answer goes along.
// What is binary travels as base64url in both directions.
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const written = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const decoded = ({ publicKey }) => {
  const options = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (options.user) options.user = { ...options.user, id: bytes(options.user.id) };
  for (const name of ["allowCredentials", "excludeCredentials"]) {
    options[name] = options[name]?.map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return { publicKey: options };
};

const encoded = (credential) => {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature",
    "userHandle"]) {
    if (credential.response[name]) response[name] = written(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: written(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
};

for (const form of document.querySelectorAll("[data-passkey]")) {
  const answer = form.querySelector("[name=credential]");
  answer.value = ""; // one that was refused
  form.addEventListener("submit", async (event) => {
    if (answer.value) return;
    event.preventDefault();
    const problem = form.querySelector("[role=alert]");
    problem.hidden = true;
    try {
      const options = JSON.parse(document.getElementById(form.dataset.options).textContent);
      answer.value = JSON.stringify(
        encoded(await navigator.credentials[form.dataset.passkey](decoded(options))),
      );
      form.requestSubmit();
    } catch {
      answer.value = ""; // not chosen, not there, or the browser knows no passkeys
      problem.hidden = false;
    }
  });
}
