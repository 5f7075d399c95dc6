/**
 * Touchline's reference client: the subprotocol `touchline.v1` in one file, for browsers, and for
 * Node 22 or newer. docs/clients.md tells how to use it, docs/protocol.md what it speaks.
 *
 *     import {Touchline} from "./touchline.js";
 *
 *     const hub = new Touchline("wss://hub.club.example/chat", {
 *         getToken: async () => {
 *             const answer = await fetch("/token");
 *             if (!answer.ok) throw new Error(`no token: ${answer.status}`);
 *             return answer.text();
 *         },
 *     });
 *     hub.on("message", ({sender, body}) => console.log(sender.name, body.text));
 *     await hub.connect();
 *     await hub.join("club:demo:u14");
 *     await hub.send("club:demo:u14", {text: "Is training at six?"});
 *
 * Every request is a promise that the hub's answer settles. A connection that is lost comes back by
 * itself: channels are entered again, what was missed is asked for, and sends without an answer
 * are sent again with the same key, so that they count once.
 *
 * @module touchline
 */

const PROTOCOL = "touchline.v1";
const TOKEN_PREFIX = "bearer.touchline.";
const IS_NODE = Boolean(globalThis.process?.versions?.node);

/** What options are when they aren't given; times in milliseconds. */
const DEFAULTS = {
    getToken: null,
    /** Requests that may be without an answer; the next is refused at once (`outbox_full`). */
    outboxMax: 100,
    /** How long a request waits for its answer, over all connections (`no_answer`). */
    giveUpMs: 120_000,
    /** Silence after a request that counts as a lost connection. Longer than a disk may stall. */
    answerMs: 15_000,
    /** Time from asking for a token to `welcome`. */
    connectMs: 15_000,
    /** A clock that jumps this far has slept: the hub cuts clients that are silent for long. */
    sleepMs: 20_000,
    /** Reconnecting waits a random time up to `backoffMs`, doubled with each failure, … */
    backoffMs: 500,
    /** … and up to this. */
    backoffMaxMs: 30_000,
    /** Another implementation, with the arguments of the browsers' own, or in Node of Node's. */
    WebSocket: globalThis.WebSocket,
};

/** Browsers slow a hidden page's timers down to one a minute: that is not sleep. */
const HIDDEN_TIMER_MS = 60_000;
const TICK_MS = 1000;
/** A slow phone's way there and back: so much later than it should a heartbeat may come. */
const LATE_MS = 3000;
/** A session that lived this long was a good one: the next loss begins with short waits again. */
const STABLE_MS = 10_000;
/** Tokens that the hub may refuse in a row, and tries to renew one, before the client stops. */
const TOKEN_TRIES_MAX = 3;
const RENEW_AGAIN_MS = 5000;
/** Without `expiring`, a token is renewed this long before the session ends. */
const RENEW_BEFORE_MS = 45_000;
/** Shorter timers for renewal would only mean that this machine's clock is wrong. */
const RENEW_AFTER_MIN_MS = 60_000;
/** What is taken of the hub's rates: the way there bunches what was spaced. */
const RATE_PART = 0.9;
/** What can be asked twice without doing twice; sends have a key for it. */
const REPEATABLE = new Set(["message", "join", "history", "presence"]);
/** Refusals after which the same passes in a moment. */
const PASSING = new Set(["rate", "busy", "record_unavailable"]);
/** Close codes of RFC 6455 that blame the client: the same again would end the same way. */
const FINAL_CLOSES = new Set([1002, 1003, 1007, 1009]);
/** U+0000 or half a surrogate pair in JSON text: the hub can't read the message, nor its `id`. */
const UNSENDABLE = /(^|[^\\])(\\\\)*\\u(0000|d[89a-f])/i;

/** The client's own codes; all others are the hub's (docs/protocol.md). */
const OWN = {
    closed: "The client is not connected.",
    outbox_full: "Too much waits to be sent.",
    no_answer: "The hub did not answer in time.",
    connection_lost: "The connection was lost.",
    offline: "This device is offline.",
    unreachable: "The hub can't be reached.",
    upgrade_failed: "The hub is there, but no WebSocket could be opened.",
    token_unavailable: "There is no token to be had right now.",
    token_missing: "There is no token: nobody is signed in.",
    token_malformed: "The hub's address or the token is malformed.",
    origin_refused: "The hub answers, but not to this page: is its origin allowed?",
    too_big: "The message is larger than the hub accepts.",
    left: "The channel was left.",
    bad_json: "The message holds characters that can't be sent.",
};

/**
 * A refusal of the hub, or why the client could not get an answer.
 *
 * @property {string} code for programs
 * @property {string} message a sentence that a member can read
 * @property {?string} decision the recorded event, `<log>-<seq>`
 * @property {?number} retryAfterMs when trying again helps
 * @property {boolean} uncertain whether the hub may have carried it out: its answer was lost
 * @property {?string} key of a send: sent again with it, it counts once
 * @property {?number} closeCode what the connection ended with
 */
export class TouchlineError extends Error {
    constructor(code, message, {cause, ...more} = {}) {
        super(message ?? OWN[code] ?? code, cause && {cause});
        Object.assign(this, {
            name: "TouchlineError", code,
            decision: null, retryAfterMs: null, uncertain: false, key: null, closeCode: null,
            ...more,
        });
    }
}

/** An error of the client's own. */
const own = (code, more) => new TouchlineError(code, null, more);

/**
 * Milliseconds to wait before the next attempt: exponential, with full jitter.
 *
 * @param {number} attempt failures so far, from 0
 * @param {{backoffMs: number, backoffMaxMs: number}} options
 * @param {number} [random] from 0 to 1
 */
export function backoff(attempt, {backoffMs, backoffMaxMs}, random = Math.random()) {
    return random * Math.min(backoffMaxMs, backoffMs * 2 ** Math.min(attempt, 30));
}

/**
 * A place in a channel's order. It names a message, an edit or a deletion.
 * @typedef {{epoch: number, seq: number}} Position
 *
 * `idle` before `connect()`, `connecting`, `open`, `waiting` between attempts, `closed` for good.
 * @typedef {"idle"|"connecting"|"open"|"waiting"|"closed"} Status
 */

/** A member's connection to a hub, over all the WebSockets that it takes. */
export class Touchline {
    #url;
    #checkURL;
    #options;
    #listeners = new Map();
    /** @type {Status} */
    #status = "idle";
    /** Settles when the first session opens, or none will. */
    #opening = null;
    /** The attempt or session in force; events of any other are nobody's. */
    #link = null;
    #attempt = 0;
    #refusedTokens = 0;
    #resumeToken = null;
    /** By name: {isOpen, position, owed, until, presence, joining}. */
    #channels = new Map();
    /** Requests without an answer, in the order of writing. */
    #outbox = [];
    #lastID = 0;
    #pausedUntil = 0;
    #timers = {dial: 0, pump: 0, tick: 0};
    #tickedAt = 0;
    /** The newest time that was read of the clock. */
    #readAt = 0;
    #wasHidden = false;
    /** Ends the listening to the browser's own events. */
    #watch = null;

    /**
     * @param {string} url the hub's path, `wss://…/chat`
     * @param {object} options as in DEFAULTS
     * @param {function(): Promise<?string>} options.getToken a fresh JWT, asked for at each
     *     connection and renewal; null when nobody is signed in, which closes the client. A
     *     rejection is tried again.
     */
    constructor(url, options) {
        for (const name of Object.keys(options)) {
            if (!(name in DEFAULTS)) throw new TypeError(`Touchline has no option '${name}'`);
        }
        this.#options = {...DEFAULTS, ...options};
        for (const name of ["getToken", "WebSocket"]) {
            if (typeof this.#options[name] !== "function") {
                throw new TypeError(`Touchline needs '${name}', a function`);
            }
        }
        this.#url = url;
        this.#checkURL = url.replace(/^ws/, "http").replace(/[^/]*$/, "check");
    }

    /** @returns {Status} */
    get status() { return this.#status; }
    /** The hub's `welcome` to the open session: `session`, `subject`, `limits`, …; else null. */
    get welcome() { return this.#link?.welcome ?? null; }
    /** How many requests are without an answer. */
    get unanswered() { return this.#outbox.filter((entry) => !entry.isInternal).length; }
    /** The channels that are joined, or will be when the connection is back. */
    get channels() { return [...this.#channels.keys()]; }

    /**
     * Calls a listener for each event of a type: a message's `type` of docs/protocol.md (`message`,
     * `edited`, `removed`, `presence`, `notice`, `left`, `expiring`, `renewed`, `goodbye`), or
     *
     * - `status`: {status, error?: TouchlineError, retryInMs?: number}
     * - `gap`: {channel, after: Position, upTo: Position}; what lies between was not seen
     * - `renewal_failed`: TouchlineError; the session goes on until its token expires
     *
     * @param {string} type
     * @param {function(object): void} listener
     * @returns {function(): void} stops the calls
     */
    on(type, listener) {
        const listeners = this.#listeners.get(type) ?? new Set();
        this.#listeners.set(type, listeners.add(listener));
        return () => listeners.delete(listener);
    }

    /**
     * Connects, and from then on keeps connected. Resolves with the first `welcome`; rejects when
     * the hub refuses for good, or the client is closed.
     *
     * @returns {Promise<object>}
     */
    connect() {
        if (this.#status !== "idle" && this.#status !== "closed") return this.#opening.promise;
        this.#opening = {};
        this.#opening.promise = new Promise((resolve, reject) => {
            Object.assign(this.#opening, {resolve, reject});
        });
        this.#opening.promise.catch(() => {}); // `status` tells it, too.
        this.#attempt = this.#refusedTokens = this.#pausedUntil = 0;
        this.#lookOut();
        this.#dial();
        return this.#opening.promise;
    }

    /** Leaves the hub. What waits for an answer is rejected with `closed`. */
    close() {
        if (this.#status === "closed") return;
        this.#channels.clear(); // Before anyone hears of the end, and connects anew.
        this.#resumeToken = null;
        this.#end(null);
    }

    /**
     * Joins a channel, now and after each reconnection, until `leave` or the event `left`.
     *
     * @param {string} channel
     * @returns {Promise<object>} the `ack` with `epoch` and `channel_seq`
     */
    join(channel) {
        const known = this.#channels.get(channel);
        if (known?.leaving) return known.leaving.catch(() => {}).then(() => this.join(channel));
        if (known) return known.joining;
        const entered = {
            isOpen: false, position: null, owed: 0, until: null, presence: false, leaving: null,
        };
        this.#channels.set(channel, entered);
        entered.joining = this.request("join", {channel});
        return entered.joining;
    }

    /** Leaves a channel. @param {string} channel */
    leave(channel) {
        const known = this.#channels.get(channel);
        if (known?.leaving) return known.leaving.catch(() => {}).then(() => this.leave(channel));
        const left = this.request("leave", {channel});
        if (known) {
            known.leaving = left;
            left.catch(() => { known.leaving = null; });
        }
        return left;
    }

    /**
     * Sends a message to a channel that was joined. Resolves with the `ack`, whose `status` is
     * `delivered`, `redacted` or `held`.
     *
     * @param {string} channel
     * @param {object} body as the bundle's schema for its kind has it
     * @param {{kind?: string, key?: string}} [options] `key`: a UUID of your own, to send again
     *     after an uncertain error or a reload of the page
     */
    send(channel, body, {kind, key = uuid()} = {}) {
        return this.request("message", {channel, kind, key, body});
    }

    /** Edits a message of one's own: `message` is its event, or {channel, epoch, seq}. */
    edit(message, body) { return this.request("edit", {...placeOf(message), body}); }

    /** Deletes a message of one's own, likewise. */
    delete(message) { return this.request("delete", placeOf(message)); }

    /**
     * A page of a channel's messages, the newest or those before a position.
     *
     * @param {string} channel
     * @param {{before?: Position, limit?: number}} [page] `limit` up to 100
     * @returns {Promise<{messages: object[], more: boolean}>}
     */
    history(channel, {before, limit} = {}) {
        before &&= {epoch: before.epoch, seq: before.seq};
        return this.request("history", {channel, before, limit});
    }

    /** Asks to be told who is in a channel (event `presence`), or no longer. */
    presence(channel, on = true) { return this.request("presence", {channel, on}); }

    /**
     * Sends a request of any type, and resolves with the answer that has its `id`.
     *
     * @param {string} type
     * @param {object} [fields] without `type` and `id`
     * @returns {Promise<object>}
     */
    request(type, fields = {}) {
        return new Promise((resolve, reject) => {
            const entry = this.#put(type, fields, {resolve, reject});
            if (this.#status === "idle" || this.#status === "closed") {
                this.#settle(entry, own("closed"));
            } else if (UNSENDABLE.test(entry.text)) {
                this.#settle(entry, own("bad_json"));
            } else if (this.unanswered > this.#options.outboxMax) {
                this.#settle(entry, own("outbox_full"));
            } else {
                this.#pump();
            }
        });
    }

    // Connecting.

    async #dial() {
        const link = {
            socket: null, token: null, welcome: null, goodbye: null,
            since: this.#now(), heardAt: this.#now(), allowance: 0, allowedAt: 0,
            renewAt: Infinity, renewals: 0, isRenewing: false,
        };
        this.#link = link;
        this.#become("connecting");
        const [token, fault] = await this.#token();
        if (this.#link !== link) return;
        if (fault) return fault.code === "token_missing" ? this.#end(fault) : this.#retry(fault);
        link.token = token;
        try {
            // Without an Origin the hub takes a token only where browsers can't put it.
            const offer = IS_NODE
                ? {protocols: [PROTOCOL], headers: {Authorization: `Bearer ${token}`}}
                : [PROTOCOL, TOKEN_PREFIX + token];
            link.socket = new this.#options.WebSocket(this.#url, offer);
        } catch (cause) {
            // An error page in the token's place may be gone the next time.
            const fault = own("token_malformed", {cause});
            const isFinal = ++this.#refusedTokens >= TOKEN_TRIES_MAX;
            return isFinal ? this.#end(fault) : this.#retry(fault);
        }
        link.socket.onmessage = ({data}) => {
            if (this.#link === link) this.#receive(link, JSON.parse(data));
        };
        // After an error `close` comes too, always with 1006; not in every version of Node.
        link.socket.onclose = link.socket.onerror = ({code = 1006}) => {
            if (this.#link === link) this.#lose(link, code);
        };
    }

    /** A session, or an attempt at one, is over: decides whether another follows. */
    async #lose(link, closeCode, fault = null) {
        const {socket, goodbye, welcome} = link;
        link.socket = null;
        if (socket) discard(socket, 4000); // If it was given up; a closed one takes no notice.
        // The session goes on elsewhere: its token is used up.
        if (closeCode === 4510) this.#resumeToken = null;
        let isFinal = FINAL_CLOSES.has(closeCode) || (closeCode >= 4500 && closeCode <= 4999);
        if (welcome) {
            if (this.#now() - link.since > STABLE_MS) this.#attempt = 0;
            link.welcome = null;
            this.#suspend();
        }
        if (!fault && (welcome || goodbye)) {
            const {reason = "connection_lost", reconnect_after_ms: retryAfterMs} = goodbye ?? {};
            const message = goodbye && `The hub closed the connection (${reason}).`;
            fault = new TouchlineError(reason, message, {closeCode, retryAfterMs});
        } else if (!fault) {
            [fault, isFinal] = await this.#ask(link.token);
            if (this.#link !== link) return;
        }
        if (isFinal) this.#end(fault);
        else this.#retry(fault);
    }

    /**
     * Asks `/check` why an upgrade failed, which browsers tell no page.
     *
     * @returns {Promise<[TouchlineError, boolean]>} the reason, and whether it is final
     */
    async #ask(token) {
        const look = (options) => fetch(this.#checkURL, {
            cache: "no-store", credentials: "omit",
            signal: AbortSignal.timeout(this.#options.connectMs), ...options,
        });
        try {
            const answer = await look({headers: {Authorization: `Bearer ${token}`}});
            const {code, message, decision} = await answer.json();
            // A proxy in the way, or it passes the next time.
            if (!code || code === "admitted") return [own("upgrade_failed"), false];
            const seconds = Number(answer.headers.get("Retry-After"));
            const more = {decision, retryAfterMs: seconds > 0 ? seconds * 1000 : null};
            return [new TouchlineError(code, message, more), this.#isFinal(code, answer.status)];
        } catch (cause) {
            // An answer that isn't for this page's origin can't be read; only that it came is seen.
            const isThere = await look({mode: "no-cors"}).then(() => true, () => false);
            const isOther = isThere && cause instanceof TypeError;
            return [own(isOther ? "origin_refused" : "unreachable", {cause}), false];
        }
    }

    /** Whether a refused handshake would be refused again, whenever it comes. */
    #isFinal(code, status) {
        if (status === 401 && code !== "token_revoked") {
            return ++this.#refusedTokens >= TOKEN_TRIES_MAX;
        }
        return status < 500 && status !== 408 && status !== 429 && code !== "bad_forwarded";
    }

    #retry(error) {
        this.#link = null;
        const retryInMs = (error.retryAfterMs ?? 0) + backoff(this.#attempt++, this.#options);
        clearTimeout(this.#timers.dial);
        this.#timers.dial = setTimeout(() => this.#dial(), retryInMs);
        this.#become("waiting", {error, retryInMs});
    }

    #end(error) {
        const fault = error ?? own("closed");
        const link = this.#link;
        this.#link = null;
        clearTimeout(this.#timers.dial);
        clearTimeout(this.#timers.pump);
        clearInterval(this.#timers.tick);
        this.#watch?.abort();
        if (link?.socket) discard(link.socket, 1000);
        this.#status = "closed"; // Before anyone hears of it: nothing is taken any more.
        this.#outbox = this.#outbox.filter((entry) => !entry.isInternal);
        for (const entry of [...this.#outbox]) this.#settle(entry, fault);
        for (const channel of this.#channels.values()) channel.isOpen = false;
        this.#opening?.reject(fault);
        this.#become("closed", error ? {error} : {});
    }

    // Noticing that the connection is gone, when nobody says so.

    #lookOut() {
        this.#watch = new AbortController();
        const {signal} = this.#watch;
        const {document} = globalThis; // None of these in Node.
        globalThis.addEventListener?.("online", () => this.#wake(), {signal});
        globalThis.addEventListener?.("offline", () => {
            if (this.#link?.welcome) this.#lose(this.#link, 1006, own("offline"));
        }, {signal});
        document?.addEventListener("visibilitychange", () => {
            this.#tick();
            if (!document.hidden && this.#status === "waiting") this.#wake();
        }, {signal});
        this.#tickedAt = this.#now();
        this.#timers.tick = setInterval(() => this.#tick(), TICK_MS);
    }

    /** Once a second: sleep, silence, requests that are too old, a token that is. */
    #tick() {
        const {sleepMs, connectMs, giveUpMs} = this.#options;
        const now = this.#now();
        const away = now - this.#tickedAt;
        const patienceMs = sleepMs + (this.#wasHidden ? HIDDEN_TIMER_MS : 0);
        this.#tickedAt = now;
        this.#wasHidden = Boolean(globalThis.document?.hidden);
        for (const entry of [...this.#outbox]) {
            if (!entry.isInternal && now - entry.since > giveUpMs) {
                this.#settle(entry, own("no_answer"));
            }
        }
        const link = this.#link;
        if (away > patienceMs) return this.#wake();
        if (!link) return;
        if (!link.welcome) {
            // Without a socket /check or getToken() has the word.
            if (now - link.since > connectMs && (link.socket || !link.token)) {
                this.#lose(link, 1006, own("no_answer"));
            }
        } else if (this.#isSilent(link, now)) {
            this.#lose(link, 1006);
        } else if (now >= link.renewAt) {
            this.#renew(link);
        }
    }

    /** The time; if the clock was set back, all that was noted by it goes back as far. */
    #now() {
        const now = Date.now();
        const back = Math.min(0, now - this.#readAt);
        this.#readAt = now;
        if (back < 0) {
            this.#tickedAt += back;
            this.#pausedUntil += back;
            for (const entry of this.#outbox) {
                entry.since += back;
                entry.writtenAt += back;
            }
            const times = ["since", "heardAt", "allowedAt", "renewAt"];
            if (this.#link) for (const name of times) this.#link[name] += back;
        }
        return now;
    }

    /** Whether the hub should have been heard by now: it answers, and in between its heart beats. */
    #isSilent(link, now) {
        const {answerMs} = this.#options;
        const silence = now - link.heardAt;
        const beatMs = 2 * link.welcome.ping_interval_ms + LATE_MS;
        return silence > beatMs || (silence > answerMs &&
            this.#outbox.some(({isWritten, writtenAt}) => isWritten && now - writtenAt > answerMs));
    }

    /** The network or this machine was away: what was connected can't be trusted. */
    #wake() {
        this.#attempt = 0;
        if (this.#link?.welcome) {
            this.#lose(this.#link, 1006, own("connection_lost"));
        } else if (this.#status === "waiting") {
            this.#retry(own("connection_lost"));
        }
    }

    // A session.

    #receive(link, frame) {
        link.heardAt = this.#now();
        switch (frame.type) {
            case "welcome": return this.#welcomed(link, frame);
            case "heartbeat": return; // To be heard was all.
            case "goodbye": link.goodbye = frame; break;
            case "expiring": this.#renew(link); break;
            case "joined": return this.#resumed(frame);
            case "left": return this.#removed(frame);
            case "presence":
                // With a code it is shown no longer.
                if (frame.code && this.#channels.has(frame.channel)) {
                    this.#channels.get(frame.channel).presence = false;
                }
                break;
            case "message": frame.kind ??= "message"; return this.#inOrder(frame);
            case "edited": case "removed": return this.#inOrder(frame);
        }
        const entry = this.#answered(frame);
        if (!entry && frame.type === "ack") this.#late(frame);
        if (!entry) this.#emit(frame.type, frame);
        else if (frame.type === "refused") this.#refused(entry, frame);
        else this.#settle(entry, null, frame);
        this.#pump();
    }

    /** The request that a frame answers. A refusal may lack the `id`, if the hub saw none. */
    #answered({type, id}) {
        if (id) return this.#outbox.find((entry) => entry.id === id);
        const written = this.#outbox.filter(({isWritten}) => isWritten);
        return type === "refused" && written.length === 1 ? written[0] : undefined;
    }

    #welcomed(link, welcome) {
        const token = this.#resumeToken;
        this.#resumeToken = welcome.resume_token ?? null;
        link.welcome = welcome;
        link.since = link.allowedAt = this.#now();
        link.allowance = Math.max(1, RATE_PART * welcome.limits.messages_at_once);
        this.#refusedTokens = 0;
        this.#planRenewal(link, welcome.expires_at);
        const known = [...this.#channels].filter(([, {position}]) => position);
        if (token && known.length) {
            const channels = known.map(([channel, {position}]) => ({channel, ...position}));
            const reject = () => known.forEach(([channel]) => this.#rejoin(channel));
            this.#put("resume", {token, channels}, {isInternal: true, reject});
        } else {
            known.forEach(([channel]) => this.#rejoin(channel));
        }
        this.#opening.resolve(welcome);
        this.#become("open");
        this.#pump();
    }

    /** The session is gone; what waits stays, unless asking twice would do it twice. */
    #suspend() {
        for (const channel of this.#channels.values()) {
            channel.isOpen = false;
            channel.owed = 0;
        }
        this.#outbox = this.#outbox.filter((entry) => !entry.isInternal);
        for (const entry of [...this.#outbox].filter(({isWritten}) => isWritten)) {
            if (entry.type === "leave") {
                const {id, fields: {channel}} = entry;
                this.#settle(entry, null, {type: "ack", id, status: "left", channel});
            } else if (REPEATABLE.has(entry.type)) {
                entry.isWritten = false;
                entry.isUncertain = true;
            } else {
                this.#settle(entry, own("connection_lost"));
            }
        }
    }

    // Tokens.

    /** A fresh one, or why there is none. */
    async #token() {
        try {
            const token = await this.#options.getToken();
            return token ? [token] : [null, own("token_missing")];
        } catch (cause) {
            return [null, own("token_unavailable", {cause})];
        }
    }

    async #renew(link) {
        if (link.isRenewing) return;
        link.isRenewing = true;
        link.renewAt = Infinity;
        try {
            const [token, fault] = await this.#token();
            if (this.#link !== link || !link.welcome) return;
            if (fault) throw fault;
            const renewed = await new Promise((resolve, reject) => {
                this.#put("renew", {token}, {isInternal: true, resolve, reject});
                this.#pump();
            });
            if (this.#link !== link) return;
            this.#resumeToken = renewed.resume_token ?? this.#resumeToken;
            link.welcome.expires_at = renewed.expires_at;
            link.renewals = 0;
            this.#planRenewal(link, renewed.expires_at);
            this.#emit("renewed", renewed);
        } catch (error) {
            if (this.#link !== link) return;
            if (++link.renewals < TOKEN_TRIES_MAX) link.renewAt = this.#now() + RENEW_AGAIN_MS;
            this.#emit("renewal_failed", error);
        } finally {
            link.isRenewing = false;
        }
    }

    /** By timer, should `expiring` never come; this machine's clock may be wrong. */
    #planRenewal(link, expiresAt) {
        const rest = expiresAt * 1000 - this.#now();
        const wait = Math.max(RENEW_AFTER_MIN_MS, rest - RENEW_BEFORE_MS, rest * 3 / 4);
        link.renewAt = rest > 0 ? this.#now() + wait : Infinity;
    }

    // Channels.

    #rejoin(channel) {
        this.#put("join", {channel}, {isInternal: true});
    }

    /** A join was answered: the first, or one after a reconnection without resuming. */
    #joined(entry, fault, ack) {
        const name = entry.fields.channel;
        const channel = this.#channels.get(name);
        if (!channel) return;
        if (fault) {
            if (!entry.isInternal) return this.#forget(name, fault);
            const {code, message, decision} = fault;
            return this.#removed({type: "left", channel: name, code, message, decision});
        }
        const here = {epoch: ack.epoch, seq: ack.channel_seq};
        const after = channel.position;
        this.#opened(name, channel, here);
        if (!after || compare(after, here) === 0) return;
        this.#emit("gap", {channel: name, after, upTo: here});
    }

    /** The hub goes on with a channel where this client left off: what was missed follows. */
    #resumed({channel: name, epoch, channel_seq: seq, replayed}) {
        const channel = this.#channels.get(name);
        if (!channel) return this.#put("leave", {channel: name}, {isInternal: true});
        channel.owed = replayed ?? 0;
        channel.until = {epoch, seq};
        this.#opened(name, channel, channel.owed > 0 ? channel.position : channel.until);
        this.#pump();
    }

    /** A join or a leave that was given up came about after all. */
    #late({status, channel: name, decision}) {
        const channel = this.#channels.get(name);
        if (status === "joined" && !channel) {
            this.#put("leave", {channel: name}, {isInternal: true});
        } else if (status === "left" && channel?.isOpen) {
            const {code, message} = own("left");
            this.#removed({type: "left", channel: name, code, message, decision});
        }
    }

    #opened(name, channel, position) {
        channel.isOpen = true;
        channel.position = position;
        if (!channel.presence) return;
        const reject = ({code, message, decision}) => {
            channel.presence = false;
            this.#emit("presence", {type: "presence", channel: name, code, message, decision});
        };
        this.#put("presence", {channel: name, on: true}, {isInternal: true, reject});
    }

    /** The hub took this client out of a channel, or didn't let it in again. */
    #removed(frame) {
        if (!this.#channels.has(frame.channel)) return;
        if (frame.code === "resume_lost" || PASSING.has(frame.code)) {
            this.#rejoin(frame.channel);
        } else {
            const {code, message, decision} = frame;
            this.#forget(frame.channel, new TouchlineError(code, message, {decision}));
            this.#emit("left", frame);
        }
        this.#pump();
    }

    /** Nothing more is expected of a channel, and nothing that waits for it can be sent. */
    #forget(name, fault) {
        this.#channels.delete(name);
        for (const entry of [...this.#outbox]) {
            if (entry.fields.channel === name && !entry.isWritten) this.#settle(entry, fault);
        }
    }

    /** Passes on what a channel's order numbers: once each, and tells where some is missing. */
    #inOrder(frame) {
        const channel = this.#channels.get(frame.channel);
        if (!channel?.position) return;
        const {epoch, seq} = frame;
        const after = channel.position;
        const isReplay = channel.owed > 0;
        if (isReplay && --channel.owed === 0 && compare(channel.until, frame) > 0) {
            channel.position = channel.until; // The hub vouches for what lies between.
        }
        if (compare(frame, after) <= 0) return;
        if (channel.position === after) channel.position = {epoch, seq};
        const expected = epoch === after.epoch ? after.seq + 1 : 1;
        if (!isReplay && seq > expected) {
            this.#emit("gap", {channel: frame.channel, after, upTo: {epoch, seq: seq - 1}});
        }
        this.#emit(frame.type, frame);
    }

    // The outbox.

    #put(type, fields, {resolve = () => {}, reject = () => {}, isInternal = false}) {
        const id = `c${++this.#lastID}`;
        const entry = {
            id, type, fields, resolve, reject, isInternal,
            text: JSON.stringify({...fields, type, id}), // As it is now: bodies may change.
            since: this.#now(), writtenAt: 0, isWritten: false, isUncertain: false,
        };
        if (isInternal) this.#outbox.unshift(entry);
        else this.#outbox.push(entry);
        return entry;
    }

    /** Writes what may be written: within the hub's rates, and to channels that are open. */
    #pump() {
        clearTimeout(this.#timers.pump);
        for (const entry of [...this.#outbox]) {
            const link = this.#link;
            if (!link?.welcome) return;
            const channel = this.#channels.get(entry.fields.channel);
            // The client's own leave is of an earlier stay: it goes before a new join.
            const isFirst = entry.type === "join" || (entry.type === "leave" && entry.isInternal);
            if (entry.isWritten || (channel && !channel.isOpen && !isFirst)) continue;
            const wait = this.#take(link);
            if (wait > 0) {
                this.#timers.pump = setTimeout(() => this.#pump(), wait);
                return;
            }
            this.#write(link, entry);
        }
    }

    #write(link, entry) {
        const {frame_bytes: frame, message_bytes: message} = link.welcome.limits;
        if (new TextEncoder().encode(entry.text).length > Math.min(frame, message)) {
            // The hub would close the connection, again and again.
            this.#settle(entry, own("too_big"));
            queueMicrotask(() => this.#pump()); // In a resumption's place come joins.
            return;
        }
        link.socket.send(entry.text);
        entry.isWritten = true;
        entry.writtenAt = this.#now();
    }

    /** Takes one message from the hub's rates; or the milliseconds until there is one. */
    #take(link) {
        const now = this.#now();
        if (this.#pausedUntil > now) return this.#pausedUntil - now;
        const {messages_per_second: rate, messages_at_once: most} = link.welcome.limits;
        const perMs = RATE_PART * rate / 1000;
        const back = Math.max(0, now - link.allowedAt) * perMs;
        link.allowance = Math.min(Math.max(1, RATE_PART * most), link.allowance + back);
        link.allowedAt = now;
        if (link.allowance < 1) return Math.ceil((1 - link.allowance) / perMs);
        link.allowance -= 1;
        return 0;
    }

    #refused(entry, {code, message, decision, retry_after_ms: retryAfterMs}) {
        if (PASSING.has(code)) {
            this.#pausedUntil = this.#now() + (retryAfterMs ?? TICK_MS);
            if (entry.isInternal || entry.isUncertain) {
                entry.isWritten = false;
                return;
            }
        }
        if (code === "slow_mode" && entry.isUncertain && retryAfterMs) {
            // Perhaps it is its own first sending that was too soon before.
            entry.writtenAt += retryAfterMs;
            const link = this.#link;
            setTimeout(() => {
                if (this.#link !== link) return; // Another connection sent it again already.
                entry.isWritten = false;
                this.#pump();
            }, retryAfterMs);
            return;
        }
        const fault = new TouchlineError(code, message, {decision, retryAfterMs});
        this.#settle(entry, fault, null, true);
    }

    /** Takes a request out of the outbox, and tells whoever waits for it. */
    #settle(entry, fault, frame = null, isAnswered = false) {
        const place = this.#outbox.indexOf(entry);
        if (place < 0) return;
        this.#outbox.splice(place, 1);
        if (fault) {
            fault = new TouchlineError(fault.code, fault.message, {
                ...fault, cause: fault.cause, key: entry.fields.key ?? null,
                uncertain: entry.isUncertain || (entry.isWritten && !isAnswered),
            });
        }
        const {channel: name, on} = entry.fields;
        const channel = this.#channels.get(name);
        if (entry.type === "join") this.#joined(entry, fault, frame);
        else if (entry.type === "leave" && !fault && !entry.isInternal) this.#channels.delete(name);
        else if (entry.type === "presence" && !fault && channel) channel.presence = on;
        if (fault) entry.reject(fault);
        else entry.resolve(frame);
    }

    // Telling.

    #become(status, more = {}) {
        this.#status = status;
        this.#emit("status", {status, ...more});
    }

    #emit(type, value) {
        for (const listener of [...(this.#listeners.get(type) ?? [])]) {
            try {
                listener(value);
            } catch (error) {
                queueMicrotask(() => { throw error; }); // The page's fault, and for its console.
            }
        }
    }
}

/** Closes a socket that nobody listens to any more. */
function discard(socket, code) {
    socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close(code);
}

/** Before (< 0), at (0) or behind another position. */
function compare(left, right) {
    return left.epoch - right.epoch || left.seq - right.seq;
}

/** The position that names a message, given by its event or that of an edit. */
function placeOf({channel, epoch, seq, of}) {
    return {channel, epoch: of?.epoch ?? epoch, seq: of?.seq ?? seq};
}

/** A random UUID, also on pages without https, where `randomUUID` is missing. */
function uuid() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
