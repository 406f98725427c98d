#compdef calicoctl
# zsh completion of calicoctl: the program itself says what may follow.
local line="${(j: :)words[1,CURRENT]}"
line="calicoctl${line#*calicoctl}"
local -a found=("${(@f)$(calicoctl "[suggest:${#line}]" "$line" 2>/dev/null)}")
compadd -- $found || _files
