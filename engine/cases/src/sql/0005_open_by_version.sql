-- How many cases run under which version of a package: counted in an index that holds only open cases.
create index cases_open_by_version on cases (item, handling, package_version) where status <> 'closed';
