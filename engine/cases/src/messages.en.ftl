cases-status-submitted = Submitted, waiting for acceptance
cases-status-correction = Correction needed
cases-status-in-progress = In progress
cases-status-closed = Closed
cases-outcome-granted = Granted
cases-outcome-refused = Refused
cases-outcome-not-accepted = Not accepted
cases-outcome-withdrawn = Withdrawn
cases-outcome-out-of-time = Ended: not corrected in time
cases-stage-acceptance = Acceptance
cases-work-accept = Acceptance
cases-work-correct = Send the correction notice
cases-work-review = Review
cases-work-notice = Public notice
cases-work-decide = Decision
cases-light-green = In time
cases-light-yellow = Due soon
cases-light-red = Overdue
cases-light-grey = Not counted
cases-event-submitted = Application submitted, case number { $number }
cases-event-task-opened = Moved to "{ $stage }"
cases-event-task-claimed = Taken by { $name }
cases-event-task-released = Task given back
cases-event-accepted = Application accepted
cases-event-accepted-by-silence = The office did not answer in time: accepted from the day of receipt (Administrative Licensing Law, article 32)
cases-event-not-accepted = Not accepted: { $reason }
cases-event-defect-noted = Defect noted: { $problem }
cases-event-defect-dropped = A noted defect was struck out
cases-event-correction-sent = One notice sent with { $count } points to correct
cases-event-resubmitted = The applicant has corrected
cases-event-stage-started = Stage "{ $stage }" began
cases-event-opinion-agree = Opinion: agrees. { $text }
cases-event-opinion-disagree = Opinion: disagrees. { $text }
cases-event-notice-published = Public notice until { $until }
cases-event-notice-ended = The public notice is over
cases-event-granted = Decision: granted. { $reason }
cases-event-refused = Decision: refused. { $reason }
cases-event-applicant-merged = Two accounts of the applicant became one; the case belongs to the one that stays
cases-event-withdrawn = The applicant withdrew: { $reason }
cases-event-out-of-time = Not corrected in time; the case has ended
cases-event-effect-done = Made: { $reference }
cases-closed = This case is closed; nothing more can be done to it.
cases-awaiting-correction = The applicant's correction is awaited; go on when it has arrived.
cases-task-done = Somebody has already finished this task. Reload the page to see the latest.
cases-taken-by = { $name } has taken this task. Choose another, or ask them to give it back.
cases-not-claimed = Take this task first.
cases-other-work = This cannot be done in this task.
cases-correction-already-sent = A correction notice is sent only once (Administrative Licensing Law, article 32); this case has had its notice.
cases-nothing-to-correct = No defect has been noted yet. Note each one first.
cases-no-such-defect = This defect is gone. Reload the page.
cases-no-correction-awaited = This case needs no correction now.
cases-notice-hangs = The public notice hangs until { $until }; the decision must wait for its end.
cases-stale = This case has changed since you opened the page. Reload it, look at the latest and try again.
cases-outside-mandate = Your mandate does not cover this: it holds for the items and rights that were agreed on. Ask whoever you act for to do it, or to widen the mandate.
cases-watches-too-many = You already watch { $most } cases. Stop watching one that has ended first.
cases-text-missing = Write a text here.
cases-finding-missing = Fill this in.
cases-finding-unknown = This is not asked for here.
cases-finding-wrong-type = This is not in the right form.
cases-finding-below = Not less than { $least }.
cases-finding-above = Not more than { $most }.
cases-calendar-unknown = The holidays of the year in question are not announced; the date cannot be told yet.
cases-nobody-competent = No competent body was found ({ $what }). Check the division; if it is right, call 12345.
cases-binding-disagreement = A body whose agreement the law requires has disagreed; this cannot be granted.
cases-clock-name =
    { $clock ->
        [acceptance] time for accepting
        [correction] time to correct
        [promised] promised time for deciding
        [statutory] statutory time for deciding
        [notice] public notice
        [stage] time of this stage
        [hearing] time to ask for a hearing
        [suspension] suspension
        [material] time to hand in a promised material
       *[task] time of this step
    }
cases-event-due-moved = The last day of the { cases-clock-name } has moved from { $before } to { $after }, because the calendar of working days has changed ({ $source }, calendar version { $calendar })
cases-event-due-known = The last day of the { cases-clock-name } is now known: { $after }, because the holidays of { $year } have been announced ({ $source }, calendar version { $calendar })
cases-event-due-unknown = The last day of the { cases-clock-name } was { $before } and is not known at the moment, because no announced holidays of { $year } are at hand ({ $source }, calendar version { $calendar })
cases-event-due-set = The last day of the { cases-clock-name } is { $after }, because the calendar of working days has changed ({ $source }, calendar version { $calendar })
cases-event-due-paused = The last day of the { cases-clock-name } was { $before }; the clock is paused now, because the calendar of working days has changed ({ $source }, calendar version { $calendar })
cases-event-due-open = The last day of the { cases-clock-name } is still not known ({ $source }, calendar version { $calendar })
cases-status-suspended = Suspended
cases-outcome-terminated = Terminated
cases-stage-afterwards = Checks afterwards
cases-work-arrange = Fix day and place
cases-work-conclude = Conclude
cases-work-answer = Answer an objection
cases-work-approve = Answer a request
cases-work-check = Check afterwards
cases-event-rules-hold = Checked by rules: all conditions of an instant decision hold
cases-event-rules-do-not-hold = Checked by rules: not all conditions of an instant decision hold; a clerk goes on
cases-event-expedited = Goes first (green channel): { $reason }
cases-event-task-taken-from = Task taken back for others to take: { $reason }
cases-event-task-transferred = Handed to { $name }: { $reason }
cases-event-task-routed = Passed to the body of the { $level ->
    [province] province
    [city] city
    [county] county
   *[town] town
 }: { $reason }
cases-event-resubmitted-in-part = The applicant corrected a part
cases-event-correction-lapsed = The time to correct is over; the office goes on with what there is
cases-event-promise-kept = A promised material came in ({ $material })
cases-event-promise-broken = A promised material did not come in in time ({ $material })
cases-event-opinion-taken-back = Opinion taken back to be written anew
cases-event-sent-back = Sent back: { $reason }
cases-event-signed = Countersigned
cases-event-not-signed = Not countersigned
cases-event-arranged = Fixed for { $on }, place: { $place }
cases-event-hearing-offered = The applicant was told of the right to a hearing, to be asked for within { $limit }
cases-event-hearing-requested = The applicant asks for a hearing: { $reason }
cases-event-hearing-waived = The applicant does without a hearing
cases-event-hearing-not-asked-for = No hearing was asked for in time
cases-event-objection-made = Objection to the public notice: { $text }
cases-event-objection-upheld = The objection was right: { $text }
cases-event-objection-rejected = The objection was not right: { $text }
cases-event-approval-asked = Request for { $what ->
    [extension] more time
    [suspension] suspension
   *[termination] termination
 }: { $reason }
cases-event-approval-granted = Approved. { $reason }
cases-event-approval-denied = Not approved. { $reason }
cases-event-extended = The limit was extended by { $by }: { $reason }
cases-event-suspended = Suspended ({ $ground }): { $reason }
cases-event-resumed = Resumed: { $reason }
cases-event-resumed-by-time = The suspension is over by time; resumed
cases-event-terminated = Terminated ({ $ground }): { $reason }
cases-event-warned = Reminder: the last day is { $due }
cases-event-overdue = Reminder: the last day was { $due }; overdue
cases-event-decided-by-rules = Granted at once by rules. { $reason }
cases-event-checked = Checked afterwards, in order: { $text }
cases-event-check-failed = Checked afterwards, not in order: { $text }
cases-suspended = The case is suspended. Resume it first.
cases-not-suspended = The case is not suspended.
cases-left-the-house = Others already build on this opinion; it can no longer be taken back.
cases-nothing-before = There is nothing before this to send it back to.
cases-already-first = The case is in the green channel already.
cases-promise-over = This material has come in already, or its time is over.
cases-not-accepted-yet = Hand in what you promised after the application is accepted.
cases-no-such-promise = This material was not promised.
cases-no-hearing = No answer about a hearing is awaited now.
cases-no-notice = No public notice hangs now, or its time is over.
cases-already-objected = You have objected already, or the notice has as many objections as it can take.
cases-request-waits = A request waits for its answer. Ask again after it.
cases-no-such-ground = The package names no such ground.
cases-already-extended = The limit can be extended once (Administrative Licensing Law §42), and it was.
cases-not-foreseen = This item does not provide for that.
cases-promise-open = A promised material has not come in ({ $material }); it cannot be granted yet.
cases-too-much-time = At most { $most }.
cases-too-early = Not before { $day }.
cases-too-few-experts = At least { $least } experts are needed.
cases-votes = Votes for and against must add up to the { $all } experts.
