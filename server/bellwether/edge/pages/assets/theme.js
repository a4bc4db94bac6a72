// runs before the first paint, so that a chosen theme does not flash
const kept = localStorage.getItem("theme");
if (kept) document.documentElement.dataset.theme = kept;

addEventListener("DOMContentLoaded", () => {
  document.querySelector("#theme").addEventListener("click", () => {
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now = document.documentElement.dataset.theme ?? (isDark ? "dark" : "light");
    const next = now === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    localStorage.setItem("theme", next);
  });
});
