# bash completion of calicoctl: the program itself says what may follow.
_calicoctl() {
    local line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]} found
    # After sudo or with a path before it, the program is told its own words alone.
    line="calicoctl${line#*calicoctl}"
    COMPREPLY=()
    while IFS= read -r found; do
        [[ $found == "$word"* ]] && COMPREPLY+=("$found")
    done < <(calicoctl "[suggest:${#line}]" "$line" 2>/dev/null)
}
complete -o default -F _calicoctl calicoctl
complete -W "--version --help --uninstall" calico-node
