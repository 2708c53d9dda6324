-- The public files that are rightly refused, each with what its line must say.
return {
}
