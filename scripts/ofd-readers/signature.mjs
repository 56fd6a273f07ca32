// Takes a signature apart and confirms it with sm-crypto: every digest, the digest of the description, the signature and
// the seal's signature. What is signed, certificates and values are left as files for another program to confirm.
import { readFileSync, writeFileSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import smCrypto from "sm-crypto";

const { sm2, sm3 } = smCrypto;
const [folder, parts] = process.argv.slice(2);
const fail = (why) => { console.error(why); process.exit(1); };
const read = (path) => readFileSync(join(folder, path));

/** One element of DER: whole, content, and what follows. */
function element(der, at = 0) {
  let length = der[at + 1], start = at + 2;
  if (length & 0x80) {
    const digits = length & 0x7f;
    length = der.subarray(start, start + digits).reduce((sum, byte) => sum * 256 + byte, 0);
    start += digits;
  }
  return { tag: der[at], whole: der.subarray(at, start + length), content: der.subarray(start, start + length), end: start + length };
}
function elements(der) {
  const list = [];
  for (let at = 0; at < der.length; ) {
    const one = element(der, at);
    list.push(one);
    at = one.end;
  }
  return list;
}
const bits = (one) => one.content.subarray(1);

/** The public key in a certificate: the only BIT STRING of 65 bytes 04… inside the to-be-signed part. */
function publicKey(certificate) {
  const tbs = elements(element(certificate).content)[0];
  const info = elements(tbs.content).find((one) => {
    const inside = one.tag === 0x30 ? elements(one.content) : [];
    return inside.length === 2 && inside[1].tag === 0x03 && inside[1].content.length === 66;
  });
  return Buffer.from(bits(elements(info.content)[1])).toString("hex");
}
function confirm(name, signed, certificate, value) {
  const hex = (bytes) => Buffer.from(bytes).toString("hex");
  if (!sm2.doVerifySignature([...signed], hex(value), publicKey(certificate), { der: true, hash: true, userId: "1234567812345678" })) {
    fail(`sm-crypto: the ${name} does not match`);
  }
  for (const [ending, bytes] of [["tbs", signed], ["cer", certificate], ["sig", value]]) writeFileSync(join(parts, `${name}.${ending}`), bytes);
}

const description = "Doc_0/Signs/Sign_0/Signature.xml";
const xml = read(description).toString("utf8");
const references = [...xml.matchAll(/<ofd:Reference FileRef="\/([^"]+)"><ofd:CheckValue>([^<]+)</g)];
if (references.length === 0) fail("no digests");
for (const [, file, digest] of references) {
  if (Buffer.from(sm3([...read(file)]), "hex").toString("base64") !== digest) fail(`sm-crypto: ${file} was changed`);
}
const walk = (at) => readdirSync(at).flatMap((name) => (statSync(join(at, name)).isDirectory() ? walk(join(at, name)) : [relative(folder, join(at, name))]));
const free = new Set([description, "Doc_0/Signs/Sign_0/SignedValue.dat", "Doc_0/Signs/Signatures.xml"]);
for (const file of walk(folder)) {
  if (!free.has(file) && !references.some(([, covered]) => covered === file)) fail(`${file} is not covered`);
}

const [toSign, certificate, , value] = elements(element(read("Doc_0/Signs/Sign_0/SignedValue.dat")).content);
const [, seal, , dataHash] = elements(toSign.content);
if (Buffer.from(bits(dataHash)).toString("hex") !== sm3([...read(description)])) fail("sm-crypto: the description was changed");
if (!Buffer.from(seal.whole).equals(read("Doc_0/Signs/Sign_0/Seal.esl"))) fail("the seal's file is another");
confirm("signature", toSign.whole, certificate.content, bits(value));
const [info, maker, , sealValue] = elements(seal.content);
confirm("seal", info.whole, maker.content, bits(sealValue));
writeFileSync(join(parts, "signed-file"), read(description));
writeFileSync(join(parts, "data-hash"), Buffer.from(bits(dataHash)).toString("hex"));
console.log(`sm-crypto: ${references.length} digests, signature and seal's signature are right`);
