// Reads the code from the fragment, which browsers do not send, and asks for the document in the body of a POST.
"use strict";

const TEXTS = {
  fr: {
    page: "Vérifier un document – Parchemin",
    other: "English",
    kicker: "Certification professionnelle",
    title: "Vérifier un document",
    lead: "Le code est imprimé à côté du QR code\u00a0: 17 lettres et chiffres, en quatre groupes.",
    label: "Code du document",
    submit: "Vérifier",
    hint: "Majuscules, minuscules, tirets et espaces sont sans importance.",
    privacy: "Cette page ne dit rien de plus que le document. Elle n’utilise aucun cookie et ne conserve rien\u00a0; "
      + "le code n’apparaît dans aucune adresse consignée.",
    searching: "Vérification en cours…",
    valid: "Document authentique",
    specimen: "Spécimen\u00a0– document sans valeur",
    specimen_detail: "Ce document existe, mais il a été émis sans les mentions du certificateur\u00a0: il n’atteste rien.",
    revoked: "Document révoqué",
    revoked_detail: (day) => `Ce document a été émis, puis révoqué par le certificateur\u00a0: il n’atteste plus rien depuis `
      + `le ${day}.`,
    compare: "Comparez ces indications avec celles du document que vous avez sous les yeux.",
    unknown: "Code inconnu",
    unknown_detail: "Aucun document émis ne porte ce code. Vérifiez chaque caractère\u00a0; si le code est bien celui du "
      + "document, ce document n’est pas authentique.",
    away: "Vérification impossible pour le moment",
    away_detail: "Le service ne répond pas. Réessayez dans un instant.",
    kinds: {
      diploma: "Parchemin",
      block_attestation: "Attestation de validation de bloc",
      results_notice: "Notification de résultats",
      jury_minutes: "Procès-verbal de délibération",
      convocation: "Convocation",
    },
    members: {
      kind: "Document",
      certification_title: "Certification",
      block: "Bloc de compétences",
      register_number: "Numéro de registre",
      issued_on: "Date",
      revoked_on: "Révoqué le",
      organisation: "Organisme",
      holder_initials: "Titulaire (initiales)",
    },
    only_block: (block) => `Bloc ${block} seulement`,
  },
  en: {
    page: "Verify a document – Parchemin",
    other: "Français",
    kicker: "Professional certification",
    title: "Verify a document",
    lead: "The code is printed beside the QR code: 17 letters and digits, in four groups.",
    label: "Code of the document",
    submit: "Verify",
    hint: "Capitals, dashes and blanks do not matter.",
    privacy: "This page tells no more than the document does. It uses no cookie and keeps nothing; the code appears in "
      + "no address that is logged.",
    searching: "Verifying…",
    valid: "Authentic document",
    specimen: "Specimen – document without value",
    specimen_detail: "This document exists, but was issued without the certifier’s mentions: it attests nothing.",
    revoked: "Revoked document",
    revoked_detail: (day) => `This document was issued, then revoked by the certifier: it has attested nothing since ${day}.`,
    compare: "Compare these particulars with those of the document in front of you.",
    unknown: "Unknown code",
    unknown_detail: "No issued document bears this code. Check every character; if the code is that of the document, "
      + "the document is not authentic.",
    away: "Verification is not possible at the moment",
    away_detail: "The service does not answer. Try again in a moment.",
    kinds: {
      diploma: "Diploma",
      block_attestation: "Attestation of a validated block",
      results_notice: "Notice of results",
      jury_minutes: "Minutes of the jury",
      convocation: "Convocation",
    },
    members: {
      kind: "Document",
      certification_title: "Certification",
      block: "Block of competencies",
      register_number: "Register number",
      issued_on: "Date",
      revoked_on: "Revoked on",
      organisation: "Organisation",
      holder_initials: "Holder (initials)",
    },
    only_block: (block) => `Block ${block} only`,
  },
};

const find = (id) => document.getElementById(id);
let language = "fr";
let shown = null; // what the result says, to be said again in the other language
let asked = 0; // an answer that comes after a newer question is dropped

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function inWords(member, value) {
  if (member === "kind") return TEXTS[language].kinds[value];
  if (member === "block") return TEXTS[language].only_block(value);
  return member.endsWith("_on") ? longDate(value) : value;
}

function longDate(day) {
  const format = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
  const said = new Date(`${day}T00:00:00Z`).toLocaleDateString(language === "fr" ? "fr-FR" : "en-GB", format);
  return language === "fr" ? said.replace(/^1 /, "1er ") : said;
}

function particulars(answer) {
  const list = document.createElement("dl");
  for (const [member, name] of Object.entries(TEXTS[language].members)) {
    if (answer[member] === null || answer[member] === undefined) continue;
    const pair = document.createElement("div");
    pair.append(element("dt", name), element("dd", inWords(member, answer[member])));
    list.append(pair);
  }
  return list;
}

function show(state, answer) {
  shown = [state, answer];
  const said = TEXTS[language];
  const result = find("result");
  result.className = state;
  if (state === "searching") {
    result.replaceChildren(element("p", said.searching, "searching"));
    return;
  }
  const parts = [element("h2", said[state])];
  const detail = said[`${state}_detail`];
  if (detail) parts.push(element("p", state === "revoked" ? detail(longDate(answer.revoked_on)) : detail));
  if (answer) parts.push(particulars(answer), element("p", said.compare, "hint"));
  result.replaceChildren(...parts);
}

async function verify(code) {
  const question = ++asked;
  show("searching");
  let outcome = ["away", null];
  try {
    const response = await fetch("/v1/verifications", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code }),
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
    });
    if (response.ok) {
      const answer = await response.json();
      if (answer.status === "revoked") outcome = ["revoked", answer];
      else if (answer.status !== "valid") outcome = ["unknown", null];
      else outcome = [answer.specimen ? "specimen" : "valid", answer];
    }
  } catch {
    // the network is away: said as such
  }
  if (question === asked) show(...outcome);
}

function say() {
  const said = TEXTS[language];
  document.documentElement.lang = language;
  document.title = said.page;
  for (const place of document.querySelectorAll("[data-say]")) place.textContent = said[place.dataset.say];
  const toggle = find("language");
  toggle.textContent = said.other;
  toggle.lang = language === "fr" ? "en" : "fr";
  if (shown) show(...shown);
}

function readFragment() {
  let code = location.hash.slice(1);
  try {
    code = decodeURIComponent(code);
  } catch {
    // not an encoding: taken as it is
  }
  code = code.slice(0, 60);
  if (!code) return;
  find("code").value = code;
  verify(code);
}

find("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const code = find("code").value.trim();
  if (code) verify(code);
  else find("code").focus();
});
find("language").addEventListener("click", () => {
  language = language === "fr" ? "en" : "fr";
  say();
});
window.addEventListener("hashchange", readFragment);
readFragment();
