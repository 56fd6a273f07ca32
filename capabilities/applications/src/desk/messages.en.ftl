desk-colon = {": "}
desk-yes = Yes
desk-no = No
desk-me = Me
desk-nobody = Nobody yet
desk-choose = Choose one.
desk-case = Case
desk-number = Case number
desk-back-to-case = See the case as it is now
desk-back-to-list = Back to the worklist

desk-nothing-title = There is no case work for your role
desk-nothing-text = The worklist is for acceptance, review and decision; supervision sees the limits of each body. If your role is wrong, tell the administrator of your body.
desk-tabs = Which work
desk-tab-body = My body
desk-tab-mine = Taken by me
desk-tab-delegated = Of colleagues I stand in for
desk-tab-watched = Watched
desk-tab-done = Done by me
desk-filter = Narrow down by limit
desk-filter-off = Show all
desk-filter-more = More filters and order
desk-filter-count = { $count } set
desk-filter-item = Item
desk-filter-work = Kind of work
desk-filter-stage = Stage
desk-filter-from = Due on or after
desk-filter-to = Due on or before
desk-filter-apply = Narrow down
desk-any = Any
desk-express-only = Express only
desk-express-not = Without express
desk-claimed-only = Taken
desk-claimed-not = Not taken yet
desk-sort = Order
desk-sort-due = By due date, express first
desk-sort-finished = Latest finished first
desk-sort-newest = Latest submitted first
desk-sort-oldest = Earliest submitted first
desk-size = Rows on a page
desk-list-unknown-word = There is no such filter.
desk-search-number = Find by case number
desk-search-number-hint = Enter the whole number or at least its last 4 digits. Names of applicants are stored sealed and cannot be searched.
desk-number-unknown = No such case
desk-number-unknown-text = Check the number. Only cases on which your body works or has worked can be seen.
desk-number-too-short = Enter at least the last { $least } digits of the number.
desk-number-found = Cases whose number ends in "{ $number }"
desk-number-more = There are more cases; enter more digits.
desk-partial = Only part of the tasks was looked at
desk-partial-text = There are many tasks and few that fit; this page looked only at the first of them.
desk-partial-on = Look on
desk-page-previous = Previous page
desk-empty-body = No work waits in your body
desk-empty-body-text = New work appears here, the most urgent first.
desk-empty-mine = You have taken no task
desk-empty-mine-text = Take tasks from the list of your body; then they are yours to do.
desk-empty-delegated = Nobody's work is delegated to you
desk-empty-delegated-text = While you stand in for a colleague, the tasks they have taken appear here.
desk-empty-watched = You watch no case
desk-empty-watched-text = Open a case and choose "Watch" to follow here what becomes of it.
desk-empty-done = You have finished no task yet
desk-empty-done-text = What you finish appears here, the latest first, so that you can find it again.
desk-empty-filtered = No task fits
desk-empty-filtered-text = Take filters away, or show all.
desk-state-waiting = Waits for the applicant
desk-state-done = Done
desk-state-dropped = No longer needed
desk-column-case = Case
desk-column-task = Work
desk-column-due = Due
desk-column-light = Limit
desk-column-express = Express
desk-column-submitted = Submitted
desk-column-finished = Finished
desk-column-who = Taken by
desk-column-action = Action
desk-select = Select
desk-select-all = Select all on this page
desk-open = Open
desk-claim = Take
desk-claim-selected = Take the selected
desk-release-selected = Give the selected back
desk-settle-selected = Settle the selected together
desk-watch = Watch
desk-unwatch = Stop watching
desk-export = Download as a table
desk-export-hint = A CSV file of at most { $most } rows.
desk-export-cut = Only the first { $count } rows are here; narrow the list down to get the others.
desk-print = Print
desk-keys = Keyboard
desk-key-next = Next row
desk-key-previous = Previous row
desk-key-open = Open the case
desk-key-select = Select, or not
desk-key-claim = Take
desk-key-search = Go to the search
desk-key-help = Show these keys
desk-keys-off = Switch single keys off on this computer

desk-batch-claim = Take several tasks
desk-batch-claim-done = { $count ->
    [one] One task taken.
   *[other] { $count } tasks taken.
 }
desk-batch-release = Give several tasks back
desk-batch-release-done = { $count ->
    [one] One task given back.
   *[other] { $count } tasks given back.
 }
desk-batch-settle = Settle several tasks together
desk-batch-settle-done = { $count ->
    [one] One task settled.
   *[other] { $count } tasks settled.
 }
desk-batch-refused = { $count ->
    [one] One task was not done
   *[other] { $count } tasks were not done
 }
desk-batch-refused-text = Nothing in them has changed; each says why.
desk-batch-hidden = A task that you cannot see
desk-batch-none = Nothing was selected. Tick tasks first.
desk-batch-too-many = Select at most { $most } tasks at once.
desk-batch-no-task = This is not the id of a task.
desk-batch-unknown = There is no such task, or it is not of your body.
desk-batch-forbidden = This task is not for your role.
desk-batch-failed = The platform could not do this one; try again later.
desk-batch-other-work = Only reviews and decisions can be settled together.
desk-batch-needs-findings = It needs findings of its own; open the case.
desk-batch-needs-materials = It needs a material that is made in this work; open the case.
desk-batch-not-alike = It is not the same stage of the same item as the others.
desk-batch-nothing-to-settle = None of the selected tasks can be settled together.
desk-settle-lead = These { $count } tasks ({ $work }) get the same conclusion and the same text. Check each of them.
desk-settle-unable = { $count ->
    [one] One task will not be settled
   *[other] { $count } tasks will not be settled
 }
desk-settle-confirm = { $count ->
    [one] Settle one case
   *[other] Settle { $count } cases
 }

desk-filters-title = Saved filters
desk-filters-lead = Save the lists that you often come back to, at most { $most }. One of them can be the list with which the desk opens.
desk-filters-manage = Manage
desk-filters-default = default
desk-filters-save = Save this list as a filter
desk-filters-save-hint = Give it a name of at most 30 characters.
desk-filters-save-button = Save
desk-filters-name = A name has 1 to { $most } characters.
desk-filters-twin = Another of your filters has this name.
desk-filters-too-many = You have { $most } filters already; delete one that you no longer use.
desk-filters-rename = Rename
desk-filters-new-name = New name
desk-filters-make-default = Make it the default
desk-filters-no-default = No longer the default
desk-filters-delete = Delete
desk-filters-empty = No saved filter yet
desk-filters-empty-text = Narrow the worklist down and open "More filters and order" to save it.

desk-conflict-title = This step was not done
desk-conflict-nothing-done = What you sent had no effect; nothing in the case has changed.
desk-not-now = The case has not come to this work yet.
desk-material-missing = First upload what is made in this work: { $en }.
desk-defect-target-unknown = The applicant is not asked for this.

desk-to-work = Go to the work
desk-work = Work
desk-applicant = Applicant
desk-acting-for = On behalf of
desk-division = Applied for in
desk-body = Accepting body
desk-submitted = Submitted
desk-stage = Stage
desk-with = Lies with
desk-decided-by = Decided by
desk-closed = Closed
desk-reason = About the outcome
desk-awaiting = The applicant's correction is awaited
desk-awaiting-text = The limit stands still meanwhile; work goes on when the correction has arrived.
desk-notice-hangs = The public notice hangs until { $until }; then the next stage begins.
desk-effects = What came out
desk-clocks = Limits
desk-clock-acceptance = Acceptance due
desk-clock-correction = Applicant's correction due
desk-clock-promised = Promised
desk-clock-statutory = Statutory
desk-why = How this date was worked out
desk-process = Progress
desk-opinions = Opinions
desk-findings = Established
desk-correction-sent = The correction notice that was sent
desk-correction-answered = corrected on
desk-files = Materials
desk-files-none = No materials
desk-file-of-office = Made by the office
desk-file-open = Open in a new page
desk-answers = What was filled in
desk-look-noted = You are looking at the applicant's data. This look is on record.
desk-history = What happened
desk-event-task-opened = Moved to "{ $task }" at { $body }

desk-taken-by = { $name } has taken this task and does it.
desk-claim-first = Take the task to work on it. Colleagues then leave it to you.
desk-release = Give it back
desk-accept = Accept
desk-accept-with-defects = The applicant has not been told of the noted defects yet. After acceptance the acceptance desk can still send the correction notice, but only once.
desk-not-accept = Do not accept
desk-not-accept-reason = Why it is not accepted
desk-not-accept-hint = Name the ground, and what the applicant can do and where. The applicant reads this text.
desk-defects = Noted defects
desk-defect-note = Note a defect
desk-defect-drop = Strike out
desk-defect-target = What must be corrected
desk-target-material = Material: { $name }
desk-target-field = Answer: { $name }
desk-defect-problem = What is wrong
desk-defect-problem-hint = Say what is wrong and how it would be right. The applicant reads this text.
desk-defect-ground = Ground
desk-defect-ground-hint = The clause of the law, or the rule of the guide.
desk-defect-noted-in = Noted in
desk-correction-title = Check the correction notice
desk-correction-read = Check and send the correction notice
desk-correction-once = The notice can be sent only once: make sure that everything is in it (Administrative Licensing Law, article 32)
desk-correction-limit = The applicant has { $limit } from the day of sending. The limit of the office stands still meanwhile.
desk-correction-send = Send the notice
desk-conclusion = Conclusion
desk-agree = Agree
desk-disagree = Disagree
desk-opinion-text = Opinion
desk-opinion-hint = Say what was reviewed and why you conclude so.
desk-opinion-give = Give the opinion
desk-publish = Start the public notice
desk-publish-text = The service package says what the notice shows, and it shows no more than needed. It cannot be taken back; when its time is over the next stage begins.
desk-publish-lines = Beside the service, the case number, the days of the notice and your office's telephone number, everybody will read this:
desk-publish-no-lines = Only the service, the case number, the days of the notice and your office's telephone number are shown.
desk-decision = Decision
desk-grant = Grant
desk-refuse = Refuse
desk-decision-reason = Reason
desk-decision-hint = State the facts, the grounds and why. The applicant reads this text.
desk-decision-final = A decision cannot be changed; its documents are made and delivered at once.
desk-decide = Decide
desk-finding-yuan = { $name } (yuan)
desk-finding-between = { $least } to { $most }
desk-finding-proposed = Proposed by the platform by the rules of the code; it can be changed.
desk-makes = Made in this work
desk-make-there = Uploaded
desk-make-missing = Not uploaded
desk-make-add = Upload
desk-file-missing = Choose a file first.
desk-file-too-large = The file is larger than { $most } MB. Make it smaller and try again.

desk-done-claim = Taken. You can begin.
desk-done-accept = Accepted.
desk-done-not-accept = Not accepted; the applicant is told.
desk-done-note-defect = The defect is noted.
desk-done-drop-defect = The defect is struck out.
desk-done-send-correction = The correction notice is sent; the limit stands still.
desk-done-give-opinion = The opinion is given.
desk-done-publish-notice = The public notice has begun.
desk-done-decide = The decision is made.
desk-done-attach = The file is uploaded.

desk-watch-title = Limits watched
desk-watch-lead = The limits of the waiting work of every body in this division. Nothing about applicants is shown here.
desk-watch-body = Body
desk-watch-empty = There is no body in this division
desk-watch-none = No such task
