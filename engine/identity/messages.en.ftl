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
