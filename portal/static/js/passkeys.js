// Asks the device to make or to use a passkey, and posts its answer. The server decides whether it is right.
"use strict";

const passkey = document.getElementById("passkey");
if (passkey) {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const listed = (credentials) => (credentials || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const make = async (options) => {
    const made = await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: listed(options.excludeCredentials),
      },
    });
    const { attestationObject, clientDataJSON } = made.response;
    return answer(made, {
      attestationObject: text(attestationObject),
      clientDataJSON: text(clientDataJSON),
      transports: made.response.getTransports ? made.response.getTransports() : [],
    });
  };

  const use = async (options) => {
    const used = await navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        allowCredentials: listed(options.allowCredentials),
      },
    });
    const { authenticatorData, clientDataJSON, signature, userHandle } = used.response;
    return answer(used, {
      authenticatorData: text(authenticatorData),
      clientDataJSON: text(clientDataJSON),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    });
  };

  const answer = (credential, response) =>
    JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });

  const start = async () => {
    for (const words of document.querySelectorAll("[data-when]")) words.hidden = words.dataset.when !== "waiting";
    try {
      const options = JSON.parse(passkey.dataset.options);
      passkey.elements.credential.value = await (passkey.dataset.does === "make" ? make(options) : use(options));
      passkey.requestSubmit();
    } catch (error) {
      const told = document.querySelector(`[data-when="${error.name}"]`) || document.querySelector('[data-when="other"]');
      for (const words of document.querySelectorAll("[data-when]")) words.hidden = words !== told;
      document.getElementById("passkey-again").hidden = false;
    }
  };
  document.getElementById("passkey-again").addEventListener("click", start);
  start();
}
