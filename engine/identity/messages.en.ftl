identity-sign-in-title = Sign in
identity-staff-sign-in-title = Staff sign-in
identity-sign-in-do = Sign in
identity-login = Identity number or mobile number
identity-login-hint = The 18 characters of your citizen identity number, or the mobile number you registered
identity-staff-login = Staff login
identity-password = Password
identity-sign-in-wrong = Account or password is wrong. Check both and try again.
identity-no-account = No account yet?
identity-have-account = Have an account already?
identity-person-door = Residents and businesses sign in here
identity-staff-help = If you cannot sign in, ask the administrator of your office.
identity-delayed-title = Too many tries, please wait
identity-delayed-text = Until then even the right password is not accepted. If it was not you who tried, your account is still safe.
identity-wait-seconds =
    { $seconds ->
        [one] Try again in one second.
       *[other] Try again in { $seconds } seconds.
    }
identity-wait-minutes =
    { $minutes ->
        [one] Try again in one minute.
       *[other] Try again in { $minutes } minutes.
    }

identity-register-title = Open an account
identity-register-do = Open the account and sign in
identity-register-lead = With an account you can apply, follow your case and receive licences online.
identity-register-privacy = Your name, identity number and mobile number are stored encrypted and used for your cases only; every look at them is noted.
identity-register-taken = No account can be opened with these data
identity-register-taken-text = You may have an account already: try to sign in. If in doubt, bring your identity card to a service hall.
identity-name = Name
identity-name-hint = As on your identity card
identity-resident-id = Identity number
identity-resident-id-hint = 18 characters; the last one may be an X
identity-phone = Mobile number
identity-phone-hint = For signing in and for news of your cases; numbers from elsewhere start with + and the country code
identity-password-hint = At least 10 characters, such as a sentence that you remember; without your identity or mobile number
identity-name-wrong = Enter your name: up to 50 characters, no digits.
identity-resident-id-wrong = The identity number is wrong. Compare its 18 characters with your card.
identity-phone-wrong = The mobile number is wrong. Enter its 11 digits.
identity-password-short = The password needs at least { $min } characters.
identity-password-long = The password may have at most { $max } characters.
identity-password-common = This password is too common and easily guessed. Choose another.
identity-password-personal = The password must not contain your login, identity number or mobile number.

identity-account-title = My account
identity-account-masked = To protect your privacy only part of these data is shown.
identity-division = Division code of residence
identity-assurance = Identity check
identity-assurance-declared = As you stated, not yet checked
identity-assurance-verified = Checked
identity-hats-title = Acting for
identity-hats-none = You act for yourself. To act for an organisation, its legal representative has to name you as an agent.
identity-hats-legend = For whom do you act now?
identity-hat-self = Myself
identity-hat-representative = Legal representative
identity-hat-agent = Agent
identity-hat-do = Switch
identity-hat-not-yours = You are neither legal representative nor agent of this organisation and cannot act for it.
identity-connected-title = Connected systems
identity-connected-text = You can sign on to other systems of the government with this account.
identity-connected-see = See the systems and what you agreed to
identity-sign-ins-title = Sign-ins
identity-sign-ins-lead = If one of these was not you, tell a service hall soon.
identity-sign-ins-none = No sign-ins yet.
identity-sign-in-at = Time
identity-sign-in-outcome = Outcome
identity-sign-in-device = Device
identity-sign-in-device-unknown = Unknown
identity-sign-in-succeeded = Succeeded
identity-sign-in-failed = Failed

identity-agents-title = Agents
identity-agents-lead = Agents act online for your organisation. You can revoke them at any time, with effect at once.
identity-agents-none = No agents yet.
identity-agents-none-represented = You are not the legal representative of any organisation
identity-agents-none-text = Only legal representatives name agents.
identity-agent-appoint = Name an agent
identity-agent-revoke = Revoke
identity-agent-name = Agent’s name
identity-agent-resident-id = Agent’s identity number
identity-agent-resident-id-hint = The agent needs an account with this name and number
identity-agent-since = Since
identity-agent-until = Last day
identity-agent-until-hint = Leave empty for a right that lasts until you revoke it
identity-agent-open-end = Until revoked
identity-agent-nobody = No account has this name with this number. Check both, or ask the person to open an account first.
identity-agent-is-representative = The legal representative needs no such right.
identity-agent-already = This person is an agent already.
identity-agent-over = The last day must not be in the past.
identity-legal-person = Organisation
identity-legal-person-missing = Choose an organisation.
identity-uscc = Unified social credit code
identity-date-wrong = The date is wrong. Enter it as year-month-day.

identity-taken = This is taken already.
identity-slug-form = Only small letters, digits, hyphens, dots and underscores, at most 64 characters.
identity-name-missing = Enter a name of at most 200 characters.
identity-uscc-wrong = The unified social credit code is wrong.
identity-division-wrong = The division code is wrong.
identity-department-wrong = A department code has 1 to 4 letters or digits, or is *.
identity-body-unknown = There is no such body.
identity-person-unknown = There is no such person.
identity-roles-missing = At least one role is needed.
identity-page-wrong = The page cannot be found; a page has 1 to 100 rows.

identity-deputies-title = Absence and deputies
identity-deputies-lead = { $body }: who is away and who stands in. Meanwhile the deputy works on what the absent colleague has taken; the history says who acted for whom.
identity-deputies-body = Body
identity-deputies-body-show = Show this body
identity-deputies-you = Today you stand in for
identity-deputies-work = Show their tasks
identity-deputies-away = Away today
identity-deputies-away-none = Nobody with a deputy is away today.
identity-deputies-for = { $deputy } for { $absent }
identity-deputies-days = { $from } to { $until }
identity-deputies-all = All deputies
identity-deputies-none = No deputies yet
identity-deputies-none-text = Before you are away, name your deputy here.
identity-deputy = Deputy
identity-deputy-hint = A colleague of the same body who has every working role of who is away, and who is not away themself.
identity-deputy-name = Name a deputy
identity-deputy-name-lead = Both are told. At most { $days } days at once; one colleague stands in for at most { $most } at a time; a deputy's deputy cannot act.
identity-deputy-absent = Who is away
identity-deputy-first-day = First day
identity-deputy-last-day = Last day
identity-deputy-last-day-hint = The deputy still acts on this day; it can be ended earlier.
identity-deputy-days = Days
identity-deputy-why = Reason
identity-deputy-why-hint = Such as a business trip or leave. At most { $most } characters; only the two, whoever named the deputy and the manager see it.
identity-deputy-named-by = Named by { $name }
identity-deputy-state = State
identity-deputy-state-ahead = Not begun
identity-deputy-state-running = Running
identity-deputy-state-over = Over
identity-deputy-state-ended = Ended early
identity-deputy-end = End
identity-deputy-choose = Choose one.
identity-deputy-unknown = Nobody like that works in this body.
identity-deputy-no-work = This colleague has none of the roles acceptance, review and decision, so there is no work to stand in for.
identity-deputy-oneself = Nobody can stand in for themself.
identity-deputy-lacks-roles = The deputy lacks these roles:{ $acceptance ->
    [yes] {" "}acceptance
   *[no] {""}
 }{ $review ->
    [yes] {" "}review
   *[no] {""}
 }{ $decision ->
    [yes] {" "}decision
   *[no] {""}
 }. A deputy needs every working role of who is away.
identity-deputy-past = The first day cannot be before today.
identity-deputy-backwards = The last day cannot be before the first.
identity-deputy-too-long = At most { $most } days at once.
identity-deputy-too-far = At most { $most } days ahead.
identity-deputy-reason = Give a reason of at most { $most } characters.
identity-deputy-overlaps = { $name } stands in from { $from } to { $until } already. End that first, or choose other days.
identity-deputy-away = { $name } is away from { $from } to { $until } and cannot stand in.
identity-deputy-stands-in = This colleague stands in for { $name } from { $from } to { $until }, and that cannot pass on to a third. End it first.
identity-deputy-too-many = This colleague stands in for { $most } others in this time already, which is the most.
identity-role-acceptance = acceptance
identity-role-review = review
identity-role-decision = decision
identity-role-supervision = supervision
identity-role-administration = administration
identity-role-catalogue = service items

identity-looks-title = Who looked at my data
identity-looks-text = Each look of staff and of connected systems at your data is noted.
identity-looks-see = See the looks
identity-code = Code
identity-code-hint = Six digits from your authenticator application; or one of your recovery codes, when your telephone is not at hand
identity-code-wrong = The code is wrong, was used already, or is too old. Wait for the next one and type that.
identity-second-title = The second step
identity-second-lead = The password was right. This account asks for one more proof; please give it within ten minutes.
identity-second-do = Check and sign in
identity-second-back = Use another account, or begin again
identity-second-over = This sign-in took too long or was completed already. Please sign in from the beginning.
identity-passkey-sign-in = Sign in with a passkey
identity-passkey-use = Use a passkey
identity-passkey-failed = That did not work. Try again, or use another way.
identity-passkey-not-accepted = This passkey was not accepted. Try again, or use another way.
identity-passkey-known = This passkey is set up already.
identity-passkeys-too-many = At most { $max } passkeys can be set up. Remove one first.
identity-passkey-name = Name
identity-passkey-name-hint = Something that you will know it by, such as “my telephone”; at most { $max } characters
identity-passkey-name-wrong = Give it a name of at most { $max } characters.
identity-passkeys-title = Passkeys
identity-passkeys-line = With the fingerprint, face or screen lock of your telephone or computer
identity-passkeys-lead = A passkey lies in your telephone, your computer or a security key, and you confirm with fingerprint, face or screen lock. Nobody can trick it out of you, and there is nothing to remember.
identity-passkeys-none = There is no passkey yet.
identity-passkeys-count = { $count ->
    [0] not set up
    [one] one
   *[other] { $count }
  }
identity-passkeys-not-here = Browsers offer no passkeys under this address. Use an authenticator application.
identity-passkeys-unknown = This browser knows no passkeys. Use an authenticator application.
identity-passkeys-script = Adding a passkey needs scripts. Without them, use an authenticator application.
identity-passkey-new = A new passkey
identity-passkey-new-do = Add
identity-passkey-remove = Remove
identity-passkey-remove-text = You can no longer sign in with it. Delete the copy in your telephone or computer too.
identity-passkey-remove-do = Yes, remove it
identity-never-used = never
identity-last-used = Last used
identity-totp-title = Authenticator application
identity-totp-line = With six digits from an application on your telephone
identity-totp-lead = An authenticator application shows a new six-digit code every 30 seconds. Signing in asks for it after the password, so that the password alone is worth nothing to others.
identity-totp-begin-do = Set it up
identity-totp-scan = Scan this with your authenticator application:
identity-totp-type = If you cannot scan it, type this key into the application (time-based):
identity-totp-code = The six digits that the application shows
identity-totp-code-hint = Typed once, to be sure that it works
identity-totp-confirm-do = Confirm
identity-totp-again-do = Begin again with another key
identity-totp-set-up = An authenticator application is set up
identity-totp-remove-text = For a new telephone, remove it and set it up again. Without it and without a passkey the password alone opens the account, and the recovery codes go too.
identity-totp-remove-do = Remove the application
identity-totp-nothing-begun = There is nothing to confirm. Please begin again.
identity-totp-exists = An application is set up already. Remove it first.
identity-recovery-title = Recovery codes
identity-recovery-lead = When telephone or key are lost, one of these opens the account in place of a code. There are { $count } of them, each good once.
identity-recovery-once = These codes are shown this once
identity-recovery-keep = Print them or write them down, and keep them apart from your telephone. Take no photograph.
identity-recovery-done = I have kept them
identity-recovery-left = { $count ->
    [one] One is left.
   *[other] { $count } are left.
  }
identity-recovery-left-short = { $count } left
identity-recovery-do = Make new codes
identity-recovery-later = Later
identity-recovery-voids = New ones make all earlier ones worthless.
identity-recovery-without = There is nothing to recover yet
identity-recovery-without-text = Set up an authenticator application or a passkey first.
identity-print = Print
identity-go-on = Go on
identity-back = Back
identity-since = Since
identity-prove-title = Please prove that it is you
identity-prove-do = Check
identity-prove-lead-change = Before what protects the account is changed, we must be sure that it is you.
identity-prove-lead-strong = This asks for more than a password: an identity that was checked, and in this visit a code or a passkey. Too much depends on it for a password alone.
identity-prove-lead-staff = Your post decides or sees much, so that it asks for a second proof beside the password. Until then nothing else is open.
identity-prove-lead-verified = This asks for an identity that was checked.
identity-prove-nothing-lost = You come back to where you were, and nothing that you entered is lost.
identity-check-title = Your identity was not checked yet
identity-check-text = Take your identity card to the counter of any body, where a clerk compares it with you. After that you can go on; your draft is kept.
identity-check-where = Find bodies and counters
identity-setting-up-title = First set up a second proof
identity-setting-up-text = This account has a password only. Choose one; it takes about a minute:
identity-password-not-right = The password is wrong.
identity-password-title = Change the password
identity-password-lead = All visits on other devices end with it.
identity-password-new = New password
identity-password-again = The same again
identity-password-again-differs = The two are not the same.
identity-password-do = Change it
identity-password-changed = The password was changed, and all other visits ended
identity-factors-title = How you sign in
identity-factors-none-title = A password alone opens this account
identity-factors-none-text = Set up an authenticator application or a passkey, so that the password alone is worth nothing to others.
identity-factor-set = set up
identity-factor-none = not set up
identity-set-up = Set up
identity-change = Manage
identity-visits-title = Where you are signed in
identity-visits-lead = If you do not know one of them, end it and change your password.
identity-visits-more = Only the latest are listed. Signing out everywhere ends the others too.
identity-last-seen = Last seen
identity-visit-end = End
identity-visit-this = this one
identity-visit-strong = second proof
identity-everywhere-title = Sign out everywhere
identity-everywhere-text = All visits on other devices and in programs end at once.
identity-everywhere-here = Here too
identity-everywhere-do = Sign out everywhere
identity-sign-in-new-device = new device
identity-body = Body
identity-roles = Roles
identity-deputies-see = Who stands in for whom
