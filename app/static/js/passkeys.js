// Passkeys: a form that is sent with what the authenticator signed. Only loaded where there is such a form.

const ask = async (form) => {
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  const answer = await fetch(form.dataset.options, { method: "POST", body, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`options: ${answer.status}`);
  const options = await answer.json();
  const made =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return JSON.stringify(made.toJSON());
};

/** Let the forms ask the authenticator before they are sent; what it refuses is said in the form. */
export const bindPasskeys = (forms) => {
  for (const form of forms) {
    form.dataset.bound = "";
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const failed = form.querySelector("[data-failed]");
      failed.hidden = true;
      try {
        form.querySelector("[data-credential]").value = await ask(form);
      } catch {
        failed.hidden = false;
        return;
      }
      form.submit();
    });
  }
};
