/** The pages of the provider: forms without script or style, so that the strictest policy holds for them. */

const escaped = (text: string) => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

const page = (title: string, content: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
  `<title>${escaped(title)}</title><h1>${escaped(title)}</h1>${content}</html>`;

const words: Record<string, string> = {
  openid: "know who you are",
  offline_access: "go on for as long as you stay signed in, also while you are away",
  "flock:read": "read your flocks",
  "flock:write": "write to your flocks",
  "genotype:read": "read genotypes",
  "evaluation:read": "read breeding values",
  "evaluation:run": "start evaluations",
  "dataset:read": "read data sets",
  "dataset:publish": "publish data sets",
  "analysis:run": "run analyses",
  "project:write": "write to your projects",
  "import:read": "read your imports",
  "chat:use": "use the assistant in your name",
};

export function consentPage(client: string, scopes: readonly string[]): string {
  const list = scopes.map((scope) => `<li>${escaped(words[scope] ?? scope)}</li>`).join("");
  return page(
    `${client} asks to act for you`,
    `<p>It would be able to:</p><ul>${list}</ul><p>It ends when you end this session, or log out everywhere.</p>` +
      `<form method="post"><button name="answer" value="allow">Allow</button> ` +
      `<button name="answer" value="refuse">Refuse</button></form>`,
  );
}

export const notSignedInPage = (): string =>
  page(
    "You are not signed in",
    `<p><a href="/">Sign in to the platform</a> in this browser, then come back to this page.</p>`,
  );

export const refusedPage = (): string =>
  page("This cannot go on", `<p>The program has asked for something that it may not have. Begin again there.</p>`);

export const codePage = (form: string, isWrong: boolean): string =>
  page(
    "Connect a device",
    `${isWrong ? "<p>That code is not known, or it is over.</p>" : ""}<p>Type the code that your device shows.</p>${form}` +
      `<button type="submit" form="op.deviceInputForm">Go on</button>`,
  );

export const confirmPage = (form: string, client: string, code: string): string =>
  page(
    "Connect a device",
    `<p>Does your device show ${escaped(code)}, and do you want to connect ${escaped(client)}?</p>${form}` +
      `<button type="submit" form="op.deviceConfirmForm">Yes, go on</button> ` +
      `<button type="submit" form="op.deviceConfirmForm" name="abort" value="yes">No</button>`,
  );

export const connectedPage = (): string => page("Your device is connected", "<p>You may close this page.</p>");
