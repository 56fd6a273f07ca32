// A page that shows an OFD file with ofd.js.
import { readFileSync } from "node:fs";

const [file, library] = process.argv.slice(2);
const data = readFileSync(file).toString("base64");
process.stdout.write(`<!doctype html><meta charset="utf-8"><body style="margin:0"><div id="pages"></div>
<script>${readFileSync(library, "utf8").replaceAll("</script", "<\\/script")}</script>
<script>
const bytes = Uint8Array.from(atob("${data}"), (c) => c.charCodeAt(0));
ofd.parseOfdDocument({
  ofd: new File([bytes], "a.ofd"),
  success: (read) => ofd.renderOfd(800, read[0]).forEach((page) => pages.appendChild(page)),
  fail: (error) => { pages.textContent = "failed: " + error; },
});
</script>`);
