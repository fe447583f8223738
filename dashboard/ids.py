"""Name the ids that every page shares; a page's own stand in its package."""

#: the address bar
ADDRESS = "address"
#: where the page stands that the address asks for
PAGE = "page"
#: light or dark, for every component
PROVIDER = "provider"
#: what went wrong or was left out, over the page
NOTICE = "notice"
