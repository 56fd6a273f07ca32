catalogue-home-title = What do you need?
catalogue-home-lead = Told once, done online, open to follow, easy to verify.
catalogue-search-label = Search services
catalogue-search-hint = Plain words will do, such as: open a care home, family in hardship
catalogue-for-people = For people
catalogue-for-organisations = For organisations
catalogue-for-any = All
catalogue-filter = For whom
catalogue-none-yet = No service is offered on line yet.
catalogue-card-limit = Promised within { $limit }
catalogue-card-free = Free of charge
catalogue-card-visits = { $visits ->
    [0] No visit needed
    [one] At most one visit
   *[other] At most { $visits } visits
}
catalogue-how-title = How it works
catalogue-how-1-title = Read the guide.
catalogue-how-1 = It states conditions, evidence and limits. Nothing beyond it is asked for.
catalogue-how-2-title = Apply on line.
catalogue-how-2 = Step by step; save whenever you like; photograph your papers and send them.
catalogue-how-3-title = Follow your case.
catalogue-how-3 = See who works on it, how many days are left and what is missing. What must be corrected is told once.
catalogue-how-4-title = Get the result.
catalogue-how-4 = Decisions and licences come to your account, and anybody can verify them on line.

catalogue-all-title = All services
catalogue-search-title = Results for "{ $query }"
catalogue-found = { $count ->
    [one] One service found
   *[other] { $count } services found
}
catalogue-nothing-title = No service was found
catalogue-nothing-1 = Try a shorter and plainer word, such as "care home".
catalogue-nothing-2 = Set "For whom" to "All".
catalogue-nothing-3 = Or choose from all services below, or call 12345.

catalogue-siblings = Other cases of this service:
catalogue-apply = Apply online
catalogue-who = Who may apply
catalogue-limit = How long it takes
catalogue-visits = Visits
catalogue-visits-count = { $visits ->
    [0] None
    [one] At most one
   *[other] At most { $visits }
}
catalogue-fees = Fees
catalogue-fees-yes = There is a fee, see below
catalogue-free-long = Nothing is charged.
catalogue-case-type = Kind of handling
catalogue-online = What can be done on line
catalogue-contents = On this page
catalogue-conditions = Conditions
catalogue-materials = What to hand in
catalogue-materials-only = These are asked for and nothing else.
catalogue-material-name = Evidence
catalogue-material-need = Needed
catalogue-material-copies = How many
catalogue-material-form = Form
catalogue-material-source = Source
catalogue-material-basis = Basis
catalogue-need-required = Required
catalogue-need-optional = If you have it
catalogue-need-office = Made by the office
catalogue-originals = { $count ->
    [one] 1 original
   *[other] { $count } originals
}
catalogue-copies = { $count ->
    [one] 1 copy
   *[other] { $count } copies
}
catalogue-files = Upload as { $kinds }, at most { $size } MB
catalogue-process = What happens
catalogue-process-in-words = Read the process in words
catalogue-picture-title = Process of "{ $item }" as a picture
catalogue-limits = Limits
catalogue-limit-statutory = Set by law
catalogue-limit-promised = Promised
catalogue-windows = Where and when
catalogue-windows-online = On line at any time:
catalogue-window-address = Address
catalogue-window-hours = Hours
catalogue-window-phone = Telephone
catalogue-results = What you get
catalogue-faq = Questions and answers
catalogue-basis = Legal basis
catalogue-complaints = How to complain
catalogue-sources = About this service
catalogue-sources-open = Where these facts come from
catalogue-sources-note = What is marked "to be checked" has not been compared word by word with the official text, which prevails.
catalogue-verified = Checked
catalogue-unverified = To be checked
catalogue-code = Item code
catalogue-handling = Handling item
catalogue-kind = Kind of item
catalogue-levels = Levels of government
catalogue-version = Version of this guide
catalogue-yes = yes
catalogue-no = no

catalogue-process-apply = You apply
catalogue-process-apply-how = Fill in the form and upload your papers
catalogue-process-accept = Acceptance
catalogue-process-accept-within = You are told within { $limit }
catalogue-process-silence = If you are not told in time, it counts as accepted from the day it came in
catalogue-process-correction = If something is missing you are told once and have { $limit } to correct it
catalogue-process-parallel = At the same time
catalogue-process-notice-lasts = Published for { $limit }
catalogue-process-stops-clock = This time is not counted in the limit
catalogue-process-decide-within = Within { $limit } of acceptance
catalogue-process-within = Within { $limit }
catalogue-process-optional = May be left out
catalogue-process-only-when = Only if { $condition }
catalogue-process-by = By: { $body }
catalogue-process-by-when = By: { $body }, if { $condition }
catalogue-process-by-else = Otherwise by: { $body }
catalogue-process-office = { $level } office
catalogue-process-is = { $what }: { $value }
catalogue-process-at-most = { $what } is at most { $bound }
catalogue-process-at-least = { $what } is at least { $bound }
catalogue-process-any = { $what } is above 0
catalogue-process-outcome = Outcome
catalogue-process-granted = Granted
catalogue-process-refused = Refused, with reasons
catalogue-process-register = Entry in the register

catalogue-level-1 = State
catalogue-level-2 = Province
catalogue-level-3 = City
catalogue-level-4 = County
catalogue-level-5 = Town or sub-district
catalogue-level-6 = Village or community
catalogue-audience-1 = Natural persons
catalogue-audience-2 = Companies
catalogue-audience-3 = Public institutions
catalogue-audience-4 = Social organisations
catalogue-audience-5 = Unincorporated enterprises
catalogue-audience-6 = Public authorities
catalogue-audience-9 = Other organisations
catalogue-case-type-1 = Done at once
catalogue-case-type-2 = Done within the promised limit
catalogue-depth-1 = Advice on line
catalogue-depth-2 = Papers taken on line
catalogue-depth-3 = Pre-checked on line
catalogue-depth-4 = Accepted on line
catalogue-depth-5 = Handled on line
catalogue-depth-6 = Result told on line
catalogue-depth-7 = All on line, up to the electronic licence
catalogue-depth-9 = Other
catalogue-form-1 = Paper
catalogue-form-2 = Electronic
catalogue-form-3 = Paper or electronic
catalogue-source-10 = You prepare it
catalogue-source-20 = Issued by an authority
catalogue-source-30 = From an intermediary or statutory body
catalogue-source-99 = Other
catalogue-kind-01 = Administrative licence
catalogue-kind-02 = Administrative penalty
catalogue-kind-03 = Administrative coercion
catalogue-kind-04 = Administrative levy
catalogue-kind-05 = Administrative benefit
catalogue-kind-06 = Administrative inspection
catalogue-kind-07 = Administrative confirmation
catalogue-kind-08 = Administrative award
catalogue-kind-09 = Administrative adjudication
catalogue-kind-10 = Other administrative power
catalogue-kind-20 = Public service

catalogue-api-audience = audience is people, organisations or a code of the national table
catalogue-api-limit = limit is between 1 and 100
catalogue-api-cursor = The cursor is not valid; start from the first page

catalogue-form-required = Please fill this in
catalogue-form-choose = Please choose
catalogue-form-choice = Please choose one of those given
catalogue-form-too-short = At least { $min } characters; there are { $found }
catalogue-form-too-long = At most { $max } characters; there are { $found }
catalogue-form-too-small = Not less than { $min }
catalogue-form-too-large = Not more than { $max }
catalogue-form-too-few = { $min ->
    [one] At least one entry
   *[other] At least { $min } entries
}
catalogue-form-too-many = At most { $max } entries
catalogue-form-number = Please give a number, such as 12.5
catalogue-form-whole-number = Please give a whole number, such as 12
catalogue-form-money = Please give an amount in yuan with at most two decimals, such as 1500.00
catalogue-form-date = Please give a real day, such as 2026-10-09
catalogue-form-text = Please give a text
catalogue-form-shape = This is not of the right shape
catalogue-form-pattern = This is not of the right form; please follow the hint
catalogue-form-mobile = Please give a mobile number of 11 digits, such as 13800138000
catalogue-form-division = Please choose a division
catalogue-form-full-width = Character { $place } is full-width; please type it in half width
catalogue-form-capitals = Please write it in its usual form, letters in capitals
catalogue-form-resident-id-length = An identity number has 18 characters; there are { $found }
catalogue-form-resident-id-birth = The date of birth in the identity number does not exist; please look at characters 7 to 14
catalogue-form-resident-id-check = The last character (check digit) does not fit; please compare the whole number
catalogue-form-resident-id-character = Character { $place } cannot stand in an identity number
catalogue-form-uscc-length = A social credit code has 18 characters; there are { $found }
catalogue-form-uscc-check = The check character does not fit; please compare the whole code
catalogue-form-uscc-character = Character { $place } cannot stand in a social credit code (it has no I, O, S, V, Z)
catalogue-form-control-character = There are characters that cannot be shown; please delete them and type again
catalogue-form-unknown = This form does not ask for this
catalogue-form-not-allowed = This does not follow the rules; please follow the hint

catalogue-help-lead = How to get things done here. If you do not use a computer or phone, have somebody of your family help you, or go to the window named in the guide.
catalogue-help-find-title = Find what you need
catalogue-help-find-1 = Say in the search box in everyday words what you want to do, for example “open a care home”.
catalogue-help-find-2 = Open the guide and read conditions, materials and limits first. Nothing is asked of you that the guide does not name.
catalogue-help-apply-title = Apply
catalogue-help-apply-1 = Press “Apply online” in the guide; register first if you have no account. If you act for an organisation, switch to it in “My account” first.
catalogue-help-apply-2 = Fill in one page after the other. Each is saved: you can leave at any time and go on later from “My cases”.
catalogue-help-apply-3 = You can photograph materials and upload the pictures; the formats and sizes stand below each material.
catalogue-help-apply-4 = Check everything and submit. The receipt has the number of your case and the last day for an answer.
catalogue-help-follow-title = Follow your case
catalogue-help-follow-1 = “My cases” shows how far your case is, who has it now, the last day for a decision, and how that day was counted.
catalogue-help-follow-2 = Decisions and licences come to “My cases” and “My licences”. You need not fetch them.
catalogue-help-correct-title = Correct
catalogue-help-correct-1 = If something is missing or wrong, the office tells you everything at once, and “My cases” says so.
catalogue-help-correct-2 = Press “Correct it”, mend each point and send. Only what the notice names has to be changed.
catalogue-help-correct-3 = Send it by the day named in the notice. If that day passes, the application ends; you can apply again later.
catalogue-help-withdraw-title = Withdraw
catalogue-help-withdraw-1 = Until it is decided, you can withdraw an application at the bottom of its page.
catalogue-help-withdraw-2 = This cannot be undone, but you can apply again.
catalogue-help-check-title = Check a licence
catalogue-help-check-1 = Type in its number, or upload the PDF file that you were given, and you learn whether it is genuine and valid now. You need not sign in.
catalogue-help-check-2 = You can also scan the QR code on the licence with a phone.
catalogue-help-complain-title = Ask and complain
catalogue-help-complain-1 = If something is unclear, call the window named in the guide, or 12345.
catalogue-help-complain-2 = To complain about how your case is handled, call 12345 and have the number of your case at hand.
catalogue-help-complain-3 = Against a decision you can ask for administrative reconsideration or go to court; how, and until when, stands in the decision.
catalogue-process-quorum-all = all must agree
catalogue-process-quorum-majority = more than half must agree
catalogue-process-quorum-two-thirds = two thirds must agree
catalogue-process-quorum-at-least = at least { $least } must agree
catalogue-process-levels = reviewed level by level
catalogue-process-signed = countersigned by the following
catalogue-process-survey = one visit of all at an agreed time
catalogue-process-experts = at least { $least } experts judge
catalogue-process-hearing-ask = you may ask for a hearing within { $limit }
catalogue-process-hearing-tell = you are told at least { $limit } before the hearing
catalogue-process-revoke = the document is revoked
catalogue-process-push = the result is sent to the bodies concerned
catalogue-process-pay = money is paid out
catalogue-process-or = { " or " }
catalogue-process-below = { $what } below { $bound }
catalogue-process-above = { $what } above { $bound }
catalogue-process-is-not = { $what } is not { $value }
catalogue-process-given = { $what } is given
catalogue-process-not-given = { $what } is not given
catalogue-process-agrees = agreed
catalogue-process-disagrees = disagreed

# One thing (一件事)
catalogue-bundle = One thing
catalogue-bundle-promised = Promised for all of it
catalogue-bundle-parts = What it consists of
catalogue-bundle-item = Item
catalogue-bundle-needed = When needed
catalogue-bundle-only = Needed only in this case: { $only }
catalogue-bundle-begins = When it begins
catalogue-bundle-after = By itself when these were granted: { $parts }
catalogue-bundle-materials = Every paper is handed in once for all parts; a part that is not needed needs none.
catalogue-bundle-for = For
catalogue-bundle-once = Filled in once, handed in once
catalogue-bundle-once-how = One number, one status
catalogue-bundle-abreast = Side by side
catalogue-bundle-results = Results at one window

# Conditions in words
catalogue-need-depends = Depends
catalogue-materials-none = No materials are needed.
catalogue-process-found = the platform finds { $what }
catalogue-process-not-found = the platform does not find { $what }
catalogue-process-by-rule = the rules of the item ask for it
catalogue-fact-objections = objections to the notice
catalogue-fact-objections-upheld = objections that were right
catalogue-fact-express = green channel
catalogue-fact-commitments = materials with a commitment
catalogue-fact-division = place of application
catalogue-fact-submitted = day of application
catalogue-fact-register = a registration
catalogue-fact-licence = the document in question

catalogue-found-list = Results

# Print, share, the sheet of the counter
catalogue-share = Print and share
catalogue-share-qr = Scan with a telephone, or open the address, to see this guide:
catalogue-print = Print
catalogue-sheet = Sheet for the counter
catalogue-sheet-title = Everything that is needed
catalogue-sheet-lead = These are all materials and conditions of this item, told once; nothing else will be asked for.
catalogue-sheet-back = Back to the guide
catalogue-sheet-version = Version { $version } of the guide, printed on { $day }.
catalogue-sheet-clerk = Told by
catalogue-sheet-applicant = Applicant
catalogue-sheet-day = Date
catalogue-process-cancel = The earlier document is cancelled
catalogue-process-change = The register entry is changed
catalogue-process-end = The register entry is ended
catalogue-requirements = Checked by the platform itself, nothing for you to prove:
catalogue-form-check = { $en }
catalogue-card-why = Found by:{" "}
catalogue-meant = Did you mean:
catalogue-near = What comes near
catalogue-popular = What is asked for most

catalogue-questions-title = Questions and answers
catalogue-questions-lead = What people often ask about each service, with the answers. Open a question to read on; its service is linked below the answer.
catalogue-questions-search = Search questions
catalogue-questions-found = { $count ->
    [one] One question
   *[other] { $count } questions
}
catalogue-questions-none = No question was found
catalogue-questions-none-text = Try a shorter wording, or call 12345.
